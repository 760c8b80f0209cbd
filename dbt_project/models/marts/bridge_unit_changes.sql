-- The old version ends on the day on which the new one begins.
with changes as (

    select * from {{ ref('administrative_unit_changes') }}

),

units as (

    select
        unit_id,
        unit_code,
        valid_from,
        valid_to
    from {{ ref('dim_administrative_units') }}

)

select
    old_units.unit_id as old_unit_id,
    new_units.unit_id as new_unit_id,
    changes.old_code,
    changes.new_code,
    changes.kind,
    changes.changed_on,
    changes.resolution
from changes
left join units as old_units
    on
        changes.old_code = old_units.unit_code
        and changes.changed_on = old_units.valid_to
left join units as new_units
    on
        changes.new_code = new_units.unit_code
        and changes.changed_on = new_units.valid_from
