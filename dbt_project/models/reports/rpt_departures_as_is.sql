{{ config(materialized='view', meta={'changed_in': 'int_counts_changed'}) }}
select
    organisation_id,
    organisation_name,
    reading_code,
    candidate_unit_ids,
    candidate_unit_names,
    province_id,
    province_name,
    measure_code,
    group_code,
    period_id,
    source_id,
    starts_on,
    ends_on,
    departures,
    departures_low,
    departures_high,
    added_organisation_count,
    expected_organisation_count
from {{ ref('rpt_departures_as_of') }}
where reading_to is null
