with units as (

    select
        case
            when valid_from = cast('1900-01-01' as date) then unit_code
            else unit_code || '-' || replace(cast(valid_from as {{ dbt.type_string() }}), '-', '')
        end as unit_id,
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
