with changes as (

    select
        old_code,
        new_code,
        kind,
        changed_on
    from {{ ref('administrative_unit_changes') }}

)

select * from changes
