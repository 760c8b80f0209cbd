with source as (

    select * from {{ source('derived', 'acceptances') }}

),

renamed as (

    select
        finding_id,
        acceptance_code,
        verdict,
        severity,
        reason,
        accepted_by,
        accepted_until,
        batch_id,
        recorded_at
    from source

)

select * from renamed
