-- Every interval that a figure speaks of. An undated period is one per document and wording, so that two documents'
-- "now" are never taken for the same day.
with periods as (

    select * from {{ ref('int_periods_stated') }}
    union
    select period_id, period_type_code, starts_on, ends_on, cast(null as varchar) from {{ ref('int_calendar_periods') }} where starts_on >= date '2005-01-01' and period_id not in (select period_id from {{ ref('int_periods_stated') }})

),

described as (

    select
        *,
        starts_on is not null and ends_on is not null as is_dated,
        period_type_code = 'instant' as is_instant,
        extract(month from starts_on) = 1
        and extract(day from starts_on) = 1
        and extract(month from ends_on) = 12
        and extract(day from ends_on) = 31 as is_whole_years,
        cast(extract(year from starts_on) as integer) as start_year,
        cast(extract(year from ends_on) as integer) as end_year
    from periods

)

select
    period_id,
    period_type_code,
    starts_on,
    ends_on,
    is_dated,
    is_instant,
    case when start_year = end_year then start_year end as year,
    cast(case when is_dated then {{ dbt.datediff('starts_on', 'ends_on', 'day') }} + 1 end as bigint) as day_count,
{% for language in ['vi', 'en'] -%}
    case
        when not is_dated and starts_on is not null
            then '{{ "từ " if language == "vi" else "since " }}' || {{ format_day('starts_on', language) }}
        when not is_dated and ends_on is not null
            then '{{ "đến " if language == "vi" else "to " }}' || {{ format_day('ends_on', language) }}
        when not is_dated
            then coalesce(period_text, '{{ "không rõ thời kỳ" if language == "vi" else "period not stated" }}')
        when starts_on = ends_on then {{ format_day('starts_on', language) }}
        when is_whole_years and start_year = end_year then cast(start_year as {{ dbt.type_string() }})
        when is_whole_years
            then
                case
                    when period_type_code = 'term'
                        then '{{ "nhiệm kỳ " if language == "vi" else "term " }}'
                    else ''
                end
                || cast(start_year as {{ dbt.type_string() }}) || '–' || cast(end_year as {{ dbt.type_string() }})
        else {{ format_day('starts_on', language) }} || ' – ' || {{ format_day('ends_on', language) }}
    end as period_label_{{ language }}{{ "," if language == "vi" }}
{% endfor %}
from described
