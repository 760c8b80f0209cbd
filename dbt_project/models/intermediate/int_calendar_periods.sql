-- The months, quarters, half-years and years from 1990 to 2035, each with those it lies in.
with numbers as (

    select whole_number from {{ ref('int_whole_numbers') }}
    where whole_number <= 46

),

types as (

    {% for period_type_code, month_count in [('month', 1), ('quarter', 3), ('half_year', 6), ('year', 12)] -%}
    select
        '{{ period_type_code }}' as period_type_code,
        {{ month_count }} as month_count
    {%- if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}

),

first_months as (

    select
        types.period_type_code,
        types.month_count,
        1989 + years.whole_number as start_year,
        months.whole_number as start_month
    from types
    cross join numbers as years
    cross join numbers as months
    where months.whole_number <= 12 and mod(months.whole_number - 1, types.month_count) = 0

),

dated as (

    select
        period_type_code,
        {{ first_day_of_month('start_year', 'start_month') }} as starts_on,
        case
            when start_month + month_count > 12 then {{ day_before(first_day_of_month('start_year + 1', '1')) }}
            else {{ day_before(first_day_of_month('start_year', 'start_month + month_count')) }}
        end as ends_on
    from first_months

),

periods as (

    select
        {{ period_id('period_type_code', 'starts_on', 'ends_on') }} as period_id,
        {{ interval_id('starts_on', 'ends_on') }} as interval_id,
        period_type_code,
        starts_on,
        ends_on
    from dated

)

select
    periods.period_id,
    periods.interval_id,
    periods.period_type_code,
    periods.starts_on,
    periods.ends_on,
    quarters.period_id as quarter_period_id,
    half_years.period_id as half_year_period_id,
    years.period_id as year_period_id,
    quarters.starts_on as quarter_starts_on,
    half_years.starts_on as half_year_starts_on,
    years.starts_on as year_starts_on
from periods
left join periods as quarters
    on
        quarters.period_type_code = 'quarter'
        and {{ period_contains('quarters.starts_on', 'quarters.ends_on', 'periods.starts_on', 'periods.ends_on') }}
left join periods as half_years
    on
        half_years.period_type_code = 'half_year'
        and {{ period_contains('half_years.starts_on', 'half_years.ends_on', 'periods.starts_on', 'periods.ends_on') }}
left join periods as years
    on
        years.period_type_code = 'year'
        and {{ period_contains('years.starts_on', 'years.ends_on', 'periods.starts_on', 'periods.ends_on') }}
