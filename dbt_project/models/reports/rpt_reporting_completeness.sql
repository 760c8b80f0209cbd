-- How many of the expected reports were received, of an organisation and of all below it. A report that is not due counts only
-- once it has come, so that nobody is short of what he has time for. Rates are rounded down: 100 means all of them.
with counted as (

    select
        areas.area_organisation_id as organisation_id,
        reports.form_number,
        reports.period_id,
        {%- for report_status_code in ['on_time', 'late', 'missing', 'unexpected'] %}
        count(case when reports.report_status_code = '{{ report_status_code }}' then 1 end) as {{ report_status_code }}_count,
        {%- endfor %}
        min(reports.received_on) as first_received_on,
        max(reports.received_on) as last_received_on
    from {{ ref('int_reports_matched') }} as reports
    inner join {{ ref('int_organisation_areas') }} as areas
        on reports.organisation_id = areas.organisation_id
    where reports.report_status_code <> 'not_due'
    group by areas.area_organisation_id, reports.form_number, reports.period_id

),

added as (

    select
        *,
        on_time_count + late_count as received_count,
        on_time_count + late_count + missing_count as expected_count
    from counted

)

select
    -- ids
    {{ surrogate_key(['added.organisation_id', 'added.form_number', 'added.period_id']) }} as completeness_id,
    added.organisation_id,
    organisations.organisation_name,
    organisations.level_code,
    organisations.province_name,
    added.form_number,

    -- when
    added.period_id,
    periods.period_label_vi,
    periods.period_label_en,
    periods.starts_on,
    periods.ends_on,

    -- reports
    added.expected_count,
    added.received_count,
    added.on_time_count,
    added.late_count,
    added.missing_count,
    added.unexpected_count,
    added.first_received_on,
    added.last_received_on,
    {{ percentage_down('added.received_count', 'added.expected_count') }} as received_pct,
    {{ percentage_down('added.on_time_count', 'added.expected_count') }} as on_time_pct
from added
inner join {{ ref('dim_organisations') }} as organisations
    on added.organisation_id = organisations.organisation_id
inner join {{ ref('dim_periods') }} as periods
    on added.period_id = periods.period_id
