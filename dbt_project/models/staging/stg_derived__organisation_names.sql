with source as (

    select * from {{ source('derived', 'organisation_names') }}

),

renamed as (

    select
        -- the printed name
        organisation_name,
        organisation_level as printed_level_code,
        organisation_scope as scope_code,
        parent_organisation_name,
        province_name,

        -- the organisation it means
        position as name_position,
        single_name,
        organisation_id,
        resolution_code,
        match_code,
        candidates,
        candidate_names,

        -- on which days it means it
        named_from,
        named_to
    from source

)

select * from renamed
