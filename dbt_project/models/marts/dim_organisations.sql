-- Every Party organisation: the committee of each administrative unit, with the unit's validity; organisations without an
-- area that reported, that a figure speaks of, or that stand above such a one; the Party as a whole; and "unknown", so that a
-- figure whose organisation cannot be resolved has one too.
with named as (

    select organisation_id from {{ ref('int_contents_counted') }}
    union
    select organisation_id from {{ ref('int_reports_received') }}
    union
    select organisation_id from {{ ref('int_figures_attributed') }}

),

-- a cell, the grassroots organisation above it, and the bloc above that
children as (

    select organisations.*
    from {{ ref('stg_derived__organisations') }} as organisations
    inner join named
        on organisations.organisation_id = named.organisation_id

),

parents as (

    select distinct organisations.*
    from {{ ref('stg_derived__organisations') }} as organisations
    inner join children
        on organisations.organisation_id = children.parent_organisation_id

),

grandparents as (

    select distinct organisations.*
    from {{ ref('stg_derived__organisations') }} as organisations
    inner join parents
        on organisations.organisation_id = parents.parent_organisation_id

),

without_area as (

    select * from children
    union
    select * from parents
    union
    select * from grandparents

),

organisations as (

    select
        unit_id as organisation_id,
        valid_from,
        valid_to,
        'Đảng bộ ' || unit_type || ' ' || unit_name as organisation_name,
        level as level_code,
        cast(null as {{ dbt.type_string() }}) as kind_code,
        unit_id,
        case when level = 'province' then 'national' else parent_unit_id end as parent_organisation_id,
        province_name
    from {{ ref('dim_administrative_units') }}

    union all

    select
        organisation_id,
        valid_from,
        valid_to,
        organisation_name,
        level_code,
        kind_code,
        cast(null as {{ dbt.type_string() }}) as unit_id,
        parent_organisation_id,
        province_name
    from without_area

    union all

    select
        'national' as organisation_id,
        cast('1930-02-03' as date) as valid_from,
        cast(null as date) as valid_to,
        'Đảng Cộng sản Việt Nam' as organisation_name,
        'national' as level_code,
        cast(null as {{ dbt.type_string() }}) as kind_code,
        cast(null as {{ dbt.type_string() }}) as unit_id,
        cast(null as {{ dbt.type_string() }}) as parent_organisation_id,
        cast(null as {{ dbt.type_string() }}) as province_name

    union all

    select
        'unknown' as organisation_id,
        cast('1930-02-03' as date) as valid_from,
        cast(null as date) as valid_to,
        'không xác định được' as organisation_name,
        cast(null as {{ dbt.type_string() }}) as level_code,
        cast(null as {{ dbt.type_string() }}) as kind_code,
        cast(null as {{ dbt.type_string() }}) as unit_id,
        cast(null as {{ dbt.type_string() }}) as parent_organisation_id,
        cast(null as {{ dbt.type_string() }}) as province_name

)

select
    organisations.organisation_id,
    organisations.valid_from,
    organisations.valid_to,
    organisations.organisation_name,
    organisations.level_code,
    levels.rank as level_rank,
    coalesce(levels.is_territorial, false) as is_territorial,
    organisations.kind_code,
    organisations.unit_id,
    organisations.parent_organisation_id,
    organisations.province_name
from organisations
left join {{ ref('organisation_levels') }} as levels
    on organisations.level_code = levels.level_code
