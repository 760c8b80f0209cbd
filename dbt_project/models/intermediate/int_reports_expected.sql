-- Who is expected to report on which form, of which period: every organisation that stands on the last day of a period of an
-- obligation of its level, in a province that takes part. A province takes part from the first period on of which a report has
-- come from it; it is known by its code, which it keeps when it is renamed or takes in another one. Periods that have not
-- begun when the newest batch was recorded are left out.
{{ config(materialized='view') }}

with newest as (

    select {{ day_in_vietnam('max(recorded_at)') }} as known_on
    from {{ ref('int_files_versioned') }}

),

located as (

    select
        areas.organisation_id,
        units.unit_code as province_code
    from {{ ref('int_organisation_areas') }} as areas
    inner join {{ ref('dim_administrative_units') }} as units
        on areas.area_organisation_id = units.unit_id
    where units.level = 'province'

),

provinces as (

    select
        located.province_code,
        min(received.ends_on) as reported_from
    from {{ ref('int_reports_received') }} as received
    inner join located
        on received.organisation_id = located.organisation_id
    group by located.province_code

),

organisations as (

    select
        organisations.organisation_id,
        organisations.level_code,
        organisations.valid_from,
        organisations.valid_to,
        provinces.reported_from
    from {{ ref('dim_organisations') }} as organisations
    inner join located
        on organisations.organisation_id = located.organisation_id
    inner join provinces
        on located.province_code = provinces.province_code

),

obligated as (

    select
        obligations.level_code,
        obligations.form_number,
        periods.period_id,
        periods.period_type_code,
        periods.starts_on,
        periods.ends_on,
        cast({{ dbt.dateadd('day', 'obligations.deadline_days', 'periods.ends_on') }} as date) as due_on,
        newest.known_on
    from {{ ref('reporting_obligations') }} as obligations
    inner join {{ ref('int_calendar_periods') }} as periods
        on
            obligations.period_type_code = periods.period_type_code
            and coalesce(obligations.ends_in_month, extract(month from periods.ends_on)) = extract(month from periods.ends_on)
            and obligations.valid_from <= periods.ends_on
            and (obligations.valid_to is null or obligations.valid_to > periods.ends_on)
    inner join newest
        on periods.starts_on <= newest.known_on

)

select
    organisations.organisation_id,
    obligated.form_number,
    obligated.period_id,
    obligated.period_type_code,
    obligated.starts_on,
    obligated.ends_on,
    obligated.due_on,
    obligated.known_on
from organisations
inner join obligated
    on
        organisations.level_code = obligated.level_code
        and organisations.reported_from <= obligated.ends_on
        and organisations.valid_from <= obligated.ends_on
        and (organisations.valid_to is null or organisations.valid_to > obligated.ends_on)
