-- How many units of one day make up a unit of another day, so that a sum over merged units says whether one is missing.
with parts as (

    select
        readings.reading_unit_id,
        readings.reading_from,
        readings.reading_to,
        units.valid_from,
        units.valid_to
    from {{ ref('bridge_unit_readings') }} as readings
    inner join {{ ref('dim_administrative_units') }} as units
        on readings.unit_id = units.unit_id
    where readings.reading_unit_id is not null

),

days as (

    select
        reading_unit_id,
        reading_from,
        reading_to,
        valid_from as changed_on
    from parts
    union
    select
        reading_unit_id,
        reading_from,
        reading_to,
        valid_to as changed_on
    from parts

),

intervals as (

    select
        reading_unit_id,
        reading_from,
        reading_to,
        changed_on as parts_from,
        lead(changed_on) over (partition by reading_unit_id, reading_from order by changed_on) as parts_to
    from days
    where changed_on is not null

)

select
    intervals.reading_unit_id,
    intervals.reading_from,
    intervals.reading_to,
    intervals.parts_from,
    intervals.parts_to,
    count(*) as unit_count
from intervals
inner join parts
    on
        intervals.reading_unit_id = parts.reading_unit_id
        and intervals.reading_from = parts.reading_from
        and intervals.parts_from >= parts.valid_from
        and (parts.valid_to is null or intervals.parts_from < parts.valid_to)
group by
    intervals.reading_unit_id,
    intervals.reading_from,
    intervals.reading_to,
    intervals.parts_from,
    intervals.parts_to
