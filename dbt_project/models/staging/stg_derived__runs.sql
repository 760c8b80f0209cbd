with source as (

    select * from {{ source('derived', 'runs') }}

),

renamed as (

    select
        run_id,
        step_code,
        ending_code,
        reason,
        batch_ids,
        started_at,
        ended_at,
        seconds,
        table_count,
        row_count,
        lake_bytes,
        published_bytes,
        batch_id,
        recorded_at
    from source

)

select * from renamed
