-- Readings follow changes from the version that ends on a day to the one that begins on it: a change without both would be
-- lost, and with it the counts of the unit.
{{ config(meta={'dagster': {'ref': {'name': 'bridge_unit_changes'}}}) }}

with units as (

    select * from {{ ref('dim_administrative_units') }}

)

select
    changes.old_code,
    changes.new_code,
    changes.changed_on
from {{ ref('bridge_unit_changes') }} as changes
left join units as earlier
    on
        changes.old_code = earlier.unit_code
        and changes.changed_on = earlier.valid_to
left join units as later
    on
        changes.new_code = later.unit_code
        and changes.changed_on = later.valid_from
where earlier.unit_id is null or later.unit_id is null
