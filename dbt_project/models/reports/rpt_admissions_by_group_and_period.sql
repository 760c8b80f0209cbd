-- Admissions of each organisation by group and period, with names, labels, and the whole of the same source or of the same
-- way of counting. Read when asked: it adds names to tables that are kept, so a night does not write it anew.
-- The tables are named where they are read: of a view, DuckDB writes what has a name and is read twice to memory.
{{ config(materialized='view', meta={'changed_in': 'int_roll_ups_changed'}) }}

with united as (

    select * from {{ ref('int_admissions_united') }}

),

-- the total that stands in the same source; of sums and roll-ups, the total that was found the same way
stated_wholes as (

    select
        organisation_id,
        period_id,
        source_id,
        admissions
    from {{ ref('fct_admissions') }}
    where group_code = 'all'

),

found_wholes as (

    select
        organisation_id,
        period_id,
        coalesce(source_id, '') as source_id,
        admissions_low
    from {{ ref('int_admissions_combined') }}
    where group_code = 'all' and admissions_low = admissions_high and origin_code <> 'stated'

    union all

    select
        organisation_id,
        period_id,
        'children' as source_id,
        admissions_low
    from {{ ref('int_admissions_rolled_up') }}
    where group_code = 'all' and admissions_low = admissions_high

)

select
    united.organisation_id,
    organisations.organisation_name,
    organisations.level_code,
    organisations.province_name,
    united.group_code,
    groups.group_label_vi,
    groups.group_label_en,
    united.period_id,
    united.period_type_code,
    periods.period_label_vi,
    periods.period_label_en,
    united.starts_on,
    united.ends_on,
    case when united.admissions_low = united.admissions_high then united.admissions_low end as admissions,
    united.admissions_low,
    united.admissions_high,
    united.origin_code,
    coalesce(stated_wholes.admissions, found_wholes.admissions_low) as all_admissions,
    case
        when united.admissions_low = united.admissions_high
            then {{ percentage('united.admissions_low', 'coalesce(stated_wholes.admissions, found_wholes.admissions_low)') }}
    end as share_of_all_pct,
    coalesce(united.reporting_child_count, 0) as reporting_child_count,
    coalesce(united.known_child_count, known.known_child_count) as known_child_count,
    united.children_admissions_low,
    united.children_admissions_high,
    united.source_id,
    coalesce(united.source_count, 0) as source_count,
    united.document_id,
    united.figure_id
from united
inner join {{ ref('dim_organisations') }} as organisations
    on united.organisation_id = organisations.organisation_id
inner join {{ ref('dim_groups') }} as groups
    on united.group_code = groups.group_code
inner join {{ ref('dim_periods') }} as periods
    on united.period_id = periods.period_id
left join {{ ref('int_children_known') }} as known
    on united.organisation_id = known.organisation_id and united.ends_on = known.ends_on
-- what holds for the left side only stands inside an equality: beside one it makes DuckDB compare every row with every other
left join stated_wholes
    on
        united.organisation_id = stated_wholes.organisation_id
        and united.period_id = stated_wholes.period_id
        and case when united.origin_code = 'stated' then united.source_id end = stated_wholes.source_id
left join found_wholes
    on
        united.organisation_id = found_wholes.organisation_id
        and united.period_id = found_wholes.period_id
        and case united.origin_code
            when 'stated' then null
            when 'rolled_up' then 'children'
            else coalesce(united.source_id, '')
        end = found_wholes.source_id
