-- The past of a unit without a successor would be lost to every total since. Districts ended with their level on 1 July 2025
-- and have none.
{{ config(meta={'dagster': {'ref': {'name': 'bridge_unit_changes'}}}) }}

with units as (

    select * from {{ ref('dim_administrative_units') }}

),

changes as (

    select * from {{ ref('bridge_unit_changes') }}

)

select units.unit_id
from units
left join changes on units.unit_id = changes.old_unit_id
where
    changes.old_unit_id is null
    and units.valid_to is not null
    and not (units.level = 'district' and units.valid_to = cast('2025-07-01' as date))
