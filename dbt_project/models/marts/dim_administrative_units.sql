with units as (

    select
        unit_code,
        valid_from,
        valid_to,
        unit_name,
        unit_type,
        level,
        parent_code,
        resolution
    from {{ ref('administrative_units') }}

)

select * from units
