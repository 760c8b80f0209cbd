-- Reports received, by organisation, source and period. A report is a file of an organisation's own, not a publication.
{{ config(materialized='view', meta={'changed_in': 'int_counts_changed'}) }}

with reports as (

    select
        organisation_id,
        source_name,
        period_id,
        min(first_reported_on) as first_reported_on,
        count(*) as file_count,
        cast(sum(figure_count) as bigint) as figure_count
    from {{ ref('int_contents_counted') }}
    where publication_id is null
    group by organisation_id, source_name, period_id

)

select
    {{ surrogate_key(['reports.organisation_id', 'reports.source_name', 'reports.period_id']) }} as completeness_id,
    reports.organisation_id,
    organisations.organisation_name,
    reports.source_name,
    reports.period_id,
    periods.period_label_vi,
    periods.period_label_en,
    reports.first_reported_on,
    reports.file_count,
    reports.figure_count
from reports
inner join {{ ref('dim_organisations') }} as organisations
    on reports.organisation_id = organisations.organisation_id
inner join {{ ref('dim_periods') }} as periods
    on reports.period_id = periods.period_id
