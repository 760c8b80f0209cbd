-- Every report that is expected, when it was due, and when it came in.
{{ config(materialized='view') }}

with reports as (

    select * from {{ ref('int_reports_matched') }}
    where report_status_code <> 'unexpected'

)

select
    -- ids
    {{ surrogate_key(['reports.organisation_id', 'reports.form_number', 'reports.period_id']) }} as expected_report_id,
    reports.organisation_id,
    organisations.organisation_name,
    organisations.level_code,
    organisations.parent_organisation_id,
    organisations.province_name,
    reports.form_number,

    -- when
    reports.period_id,
    periods.period_label_vi,
    periods.period_label_en,
    reports.starts_on,
    reports.ends_on,

    -- what became of it
    reports.report_status_code,
    reports.due_on,
    reports.received_on,
    reports.days_late
from reports
inner join {{ ref('dim_organisations') }} as organisations
    on reports.organisation_id = organisations.organisation_id
inner join {{ ref('dim_periods') }} as periods
    on reports.period_id = periods.period_id
