-- Counts that no document states of a period, and that follow exactly from what one document states of others.
with derived as (

    select * from {{ ref('int_counts_derived') }}

)

select
    -- ids
    derived.document_id,
    derived.organisation_id,
    organisations.organisation_name,
    organisations.level_code,
    organisations.province_name,

    -- what is counted
    derived.measure_code,
    derived.group_code,

    -- when
    derived.period_id,
    derived.period_type_code,
    periods.period_label_vi,
    periods.period_label_en,
    derived.starts_on,
    derived.ends_on,

    -- the count
    case when derived.count_low = derived.count_high then derived.count_low end as derived_count,
    derived.count_low,
    derived.count_high,

    -- what it follows from
    derived.origin_code,
    derived.part_count,
    derived.figure_ids
from derived
inner join {{ ref('dim_organisations') }} as organisations
    on derived.organisation_id = organisations.organisation_id
inner join {{ ref('dim_periods') }} as periods
    on derived.period_id = periods.period_id
