with source as (

    select * from {{ source('derived', 'organisations') }}

),

renamed as (

    select
        -- ids
        organisation_id,
        parent_organisation_id,

        -- what it is
        organisation_name,
        level_code,
        kind_code,
        province_name,

        -- dates
        valid_from,
        valid_to
    from source

)

select * from renamed
