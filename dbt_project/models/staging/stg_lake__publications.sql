with source as (

    select * from {{ source('lake', 'publications') }}

),

renamed as (

    select
        -- ids
        publication_id,
        batch_id,
        source_name,
        file_path,
        file_sha256,
        superseded_by_publication_id,
        duplicate_of_publication_id,

        -- what it is
        title,
        publisher,
        url,
        published_on,
        published_period,
        province_names,
        publication_kind as publication_kind_code,
        text_file,
        also_published_at,

        -- timestamps
        recorded_at
    from source

)

select * from renamed
