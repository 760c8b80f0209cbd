with source as (

    select * from {{ source('lake', 'texts') }}

),

renamed as (

    select
        -- ids
        publication_id,
        batch_id,
        source_name,
        file_path,
        file_sha256,

        -- the text
        text_body,

        -- timestamps
        recorded_at
    from source

)

select * from renamed
