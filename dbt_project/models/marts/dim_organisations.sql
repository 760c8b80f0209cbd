-- Organisations that the sources name, or name as the parent or place of another; and "unknown", so that a figure whose
-- organisation cannot be resolved has one too. District committees ended on 30 June 2025.
with names as (

    select * from {{ ref('stg_derived__organisation_names') }}

),

organisations as (

    select
        organisation_id,
        resolved_name as organisation_name,
        level_code,
        parent_organisation_id,
        resolved_province_name as province_name,
        cast('1930-02-03' as date) as valid_from,
        case when level_code in ('district', 'district_equivalent') then cast('2025-07-01' as date) end as valid_to
    from names
    where organisation_id <> 'unknown'
    group by organisation_id, resolved_name, level_code, parent_organisation_id, resolved_province_name

    union all

    select
        'unknown' as organisation_id,
        'không xác định được' as organisation_name,
        cast(null as {{ dbt.type_string() }}) as level_code,
        cast(null as {{ dbt.type_string() }}) as parent_organisation_id,
        cast(null as {{ dbt.type_string() }}) as province_name,
        cast('1930-02-03' as date) as valid_from,
        cast(null as date) as valid_to

)

select
    organisations.organisation_id,
    organisations.valid_from,
    organisations.valid_to,
    organisations.organisation_name,
    organisations.level_code,
    levels.rank as level_rank,
    coalesce(levels.is_territorial, false) as is_territorial,
    organisations.parent_organisation_id,
    organisations.province_name
from organisations
left join {{ ref('organisation_levels') }} as levels
    on organisations.level_code = levels.level_code
