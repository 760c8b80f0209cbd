-- Organisations and periods whose admissions the night may have changed: those of a changed count, and every month,
-- quarter, half-year and year that may be a sum of it or a difference. A month is only added; of a longer count, what lies
-- between it and a later day of its year is a difference.
with changed as (

    select distinct
        organisation_id,
        period_id,
        starts_on,
        ends_on
    from {{ ref('int_counts_changed') }}
    where measure_code = 'admissions'

),

calendar as (

    select * from {{ ref('int_calendar_periods') }}

),

reaching as (

    select
        changed.organisation_id,
        changed.starts_on,
        case when months.period_id is null then years.ends_on else changed.ends_on end as ends_on
    from changed
    inner join calendar as years
        on
            years.period_type_code = 'year'
            and changed.starts_on >= years.starts_on
            and changed.ends_on <= years.ends_on
    left join calendar as months
        on months.period_type_code = 'month' and changed.period_id = months.period_id

),

affected as (

    select
        organisation_id,
        period_id,
        starts_on,
        ends_on
    from changed

    union

    select
        reaching.organisation_id,
        calendar.period_id,
        calendar.starts_on,
        calendar.ends_on
    from reaching
    inner join calendar
        on {{ period_overlaps('reaching.starts_on', 'reaching.ends_on', 'calendar.starts_on', 'calendar.ends_on') }}

)

select
    organisation_id,
    period_id,
    starts_on,
    ends_on,
    cast(extract(year from ends_on) as integer) as year
from affected
