-- What stands above a unit is the version of that code on the unit's first day; the province of a commune that belonged to a
-- district is the district's.
with versions as (

    select
        unit_code,
        valid_from,
        valid_to,
        unit_name,
        unit_type,
        level,
        parent_code,
        resolution,
        {{ administrative_unit_id('unit_code', 'valid_from') }} as unit_id
    from {{ ref('administrative_units') }}

),

units as (

    select
        versions.*,
        parents.unit_id as parent_unit_id,
        case
            when versions.level = 'province' then versions.unit_code
            when parents.level = 'province' then parents.unit_code
            else parents.parent_code
        end as province_code
    from versions
    left join versions as parents
        on
            versions.parent_code = parents.unit_code
            and versions.valid_from >= parents.valid_from
            and versions.valid_from < coalesce(parents.valid_to, cast('9999-12-31' as date))

)

select
    units.unit_id,
    units.unit_code,
    units.valid_from,
    units.valid_to,
    units.unit_name,
    units.unit_type,
    units.level,
    units.parent_code,
    units.parent_unit_id,
    units.province_code,
    provinces.unit_name as province_name,
    units.resolution
from units
left join versions as provinces
    on
        units.province_code = provinces.unit_code
        and units.valid_from >= provinces.valid_from
        and units.valid_from < coalesce(provinces.valid_to, cast('9999-12-31' as date))
