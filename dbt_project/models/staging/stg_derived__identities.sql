with source as (

    select * from {{ source('derived', 'identities') }}

),

renamed as (

    select
        identity_code,

        -- the line that is made up
        whole_measure_code,
        whole_group_code,
        whole_moment_code,

        -- a line that is added or taken away
        measure_code,
        group_code,
        moment_code,
        sign
    from source

)

select * from renamed
