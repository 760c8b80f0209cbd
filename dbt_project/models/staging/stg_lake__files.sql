with source as (

    select * from {{ source('lake', 'files') }}

),

renamed as (

    select
        -- ids
        batch_id,
        source_name,
        file_path,
        file_sha256,
        reader_name,

        -- numerics
        file_bytes,
        found_count,
        accepted_count,
        rejected_count,

        -- timestamps
        recorded_at
    from source

)

select * from renamed
