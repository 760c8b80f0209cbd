-- Organisations and periods whose admissions the night may have changed: those of a changed count, and every month,
-- quarter, half-year and year that shares a day with it, because it may be a sum of it or a difference.
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

affected as (

    select
        organisation_id,
        period_id,
        starts_on,
        ends_on
    from changed

    union

    select
        changed.organisation_id,
        calendar.period_id,
        calendar.starts_on,
        calendar.ends_on
    from changed
    inner join calendar
        on {{ period_overlaps('changed.starts_on', 'changed.ends_on', 'calendar.starts_on', 'calendar.ends_on') }}
    where extract(year from changed.starts_on) = extract(year from changed.ends_on)

)

select
    organisation_id,
    period_id,
    starts_on,
    ends_on,
    cast(extract(year from ends_on) as integer) as year
from affected
