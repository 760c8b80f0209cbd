-- A code means one unit on a day; with two, a figure would be counted for both.
{{ config(meta={'dagster': {'ref': {'name': 'dim_administrative_units'}}}) }}

with units as (

    select * from {{ ref('dim_administrative_units') }}

)

select
    units.unit_id,
    others.unit_id as other_unit_id
from units
inner join units as others
    on
        units.unit_code = others.unit_code
        and units.valid_from < others.valid_from
where units.valid_to is null or others.valid_from < units.valid_to
