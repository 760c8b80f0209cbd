-- Every period that a figure speaks of or a report is expected of, and every month, quarter, half-year and year of the span
-- of years that those of flows reach, so that what is derived for one has a period too.
with stated as (

    select * from {{ ref('int_periods_stated') }}

),

spans as (

    select
        min(extract(year from starts_on)) as first_year,
        max(extract(year from ends_on)) as last_year
    from stated
    where starts_on is not null and ends_on is not null and period_type_code <> 'instant'

),

known as (

    select
        period_id,
        interval_id,
        period_type_code,
        starts_on,
        ends_on,
        period_text
    from stated

    union all

    select distinct
        reports.period_id,
        {{ interval_id('reports.starts_on', 'reports.ends_on') }} as interval_id,
        reports.period_type_code,
        reports.starts_on,
        reports.ends_on,
        cast(null as {{ dbt.type_string() }}) as period_text
    from {{ ref('int_reports_matched') }} as reports
    left join stated
        on reports.period_id = stated.period_id
    where stated.period_id is null

),

calendar as (

    select calendar.*
    from {{ ref('int_calendar_periods') }} as calendar
    inner join spans
        on
            extract(year from calendar.starts_on) >= spans.first_year
            and extract(year from calendar.ends_on) <= spans.last_year
    left join known
        on calendar.period_id = known.period_id
    where known.period_id is null

),

periods as (

    select * from known

    union all

    select
        period_id,
        interval_id,
        period_type_code,
        starts_on,
        ends_on,
        cast(null as {{ dbt.type_string() }}) as period_text
    from calendar

),

numbered as (

    select
        *,
        starts_on is not null and ends_on is not null as is_dated,
        period_type_code = 'instant' as is_instant,
        cast(extract(year from starts_on) as integer) as start_year,
        cast(extract(year from ends_on) as integer) as end_year,
        cast(extract(month from starts_on) as integer) as start_month,
        cast(extract(month from ends_on) as integer) as end_month,
        coalesce(extract(day from starts_on) = 1 and extract(day from {{ day_after('ends_on') }}) = 1, false) as is_whole_months
    from periods

),

placed as (

    select
        *,
        case when is_whole_months then (end_year - start_year) * 12 + end_month - start_month + 1 end as month_count,
        case when start_year = end_year then start_year end as year,
        case when start_year = end_year and start_month = end_month then start_month end as month_of_year,
        case
            when start_year <> end_year then cast(null as integer)
            when start_month >= 1 and end_month <= 3 then 1
            when start_month >= 4 and end_month <= 6 then 2
            when start_month >= 7 and end_month <= 9 then 3
            when start_month >= 10 and end_month <= 12 then 4
        end as quarter_of_year,
        case
            when start_year <> end_year then cast(null as integer)
            when end_month <= 6 then 1
            when start_month >= 7 then 2
        end as half_of_year
    from numbered

),

recognised as (

    select
        *,
        coalesce(
            case period_type_code
                when 'month' then month_count = 1
                when 'quarter' then month_count = 3 and mod(start_month, 3) = 1
                when 'half_year' then month_count = 6 and mod(start_month, 6) = 1
                when 'months_to_date' then month_count < 12 and start_month = 1
                when 'year' then month_count = 12 and start_month = 1
                when 'multi_year' then month_count > 12 and start_month = 1 and end_month = 12
                when 'term' then month_count > 12 and start_month = 1 and end_month = 12
            end,
            false
        ) as is_calendar
    from placed

)

select
    period_id,
    interval_id,
    period_type_code,
    case
        when is_calendar
            then
                cast(start_year as {{ dbt.type_string() }})
                || case period_type_code
                    when 'month' then '-' || lpad(cast(start_month as {{ dbt.type_string() }}), 2, '0')
                    when 'quarter' then '-Q' || cast(quarter_of_year as {{ dbt.type_string() }})
                    when 'half_year' then '-H' || cast(half_of_year as {{ dbt.type_string() }})
                    when 'months_to_date' then '-M' || cast(month_count as {{ dbt.type_string() }})
                    when 'multi_year' then '/' || cast(end_year as {{ dbt.type_string() }})
                    when 'term' then '-' || cast(end_year as {{ dbt.type_string() }})
                    else ''
                end
    end as period_code,
    starts_on,
    ends_on,
    is_dated,
    is_instant,
    is_calendar,
    year,
    half_of_year,
    quarter_of_year,
    month_of_year,
    month_count,
    cast(case when is_dated then {{ dbt.datediff('starts_on', 'ends_on', 'day') }} + 1 end as bigint) as day_count,
    {{ period_label('vi') }} as period_label_vi,
    {{ period_label('en') }} as period_label_en
from recognised
