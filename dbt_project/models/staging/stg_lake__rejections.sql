with source as (

    select * from {{ source('lake', 'rejections') }}

),

renamed as (

    select
        -- ids
        rejection_id,
        record_id,
        batch_id,
        source_name,
        file_path,
        file_sha256,
        locator,
        reason_code,

        -- what is wrong
        found,
        expected,
        message_vi,
        message_en,

        -- timestamps
        recorded_at
    from source

)

select * from renamed
