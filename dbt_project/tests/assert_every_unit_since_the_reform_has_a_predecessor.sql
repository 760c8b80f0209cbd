-- Every commune of 1 July 2025 was made of older ones, so that its past can be added up.
{{ config(meta={'dagster': {'ref': {'name': 'bridge_unit_changes'}}}) }}

with units as (

    select * from {{ ref('dim_administrative_units') }}

),

changes as (

    select * from {{ ref('bridge_unit_changes') }}

)

select units.unit_id
from units
left join changes on units.unit_id = changes.new_unit_id
where
    units.valid_from > cast('1900-01-01' as date)
    and changes.new_unit_id is null
