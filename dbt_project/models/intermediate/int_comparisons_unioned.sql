-- Every comparison of every rule, in one shape.
{% set families = [
    'int_parts_compared',
    'int_share_sums_compared',
    'int_organisations_compared',
    'int_listed_organisations_compared',
    'int_periods_compared',
    'int_subsets_compared',
    'int_shares_compared',
    'int_attainments_compared',
    'int_excesses_compared',
    'int_bases_compared',
    'int_yearly_averages_compared',
    'int_repeated_figures_compared',
    'int_stocks_compared',
    'int_wordings_compared',
] %}
with compared as (

    {% for family in families -%}
    select * from {{ ref(family) }}
    {%- if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}

),

identified as (

    select
        {{ comparison_id() }} as comparison_id,
        *
    from compared

)

select * from identified
