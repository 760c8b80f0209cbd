-- A unit without a reading would lose its counts on that day; one with two would count them twice.
{{ config(meta={'dagster': {'ref': {'name': 'bridge_unit_readings'}}}) }}

with readings as (

    select
        unit_id,
        reading_from,
        reading_to,
        row_number() over (partition by unit_id order by reading_from) as position,
        lead(reading_from) over (partition by unit_id order by reading_from) as next_from
    from {{ ref('bridge_unit_readings') }}

)

select
    units.unit_id,
    readings.reading_from,
    readings.reading_to
from {{ ref('dim_administrative_units') }} as units
left join readings
    on units.unit_id = readings.unit_id
where
    readings.unit_id is null
    or readings.reading_to is distinct from readings.next_from
    or (readings.position = 1 and readings.reading_from > cast('1900-01-01' as date))
