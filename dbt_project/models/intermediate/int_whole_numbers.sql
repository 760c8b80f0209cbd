-- 1 to 2 000: bases small enough to be tried one by one.
with digits as (

    {% for digit in range(10) -%}
    select {{ digit }} as digit
    {%- if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}

),

numbers as (

    select cast(1 + ones.digit + 10 * tens.digit + 100 * hundreds.digit + 1000 * thousands.digit as bigint) as whole_number
    from digits as ones
    cross join digits as tens
    cross join digits as hundreds
    cross join digits as thousands
    where thousands.digit < 2

)

select * from numbers
