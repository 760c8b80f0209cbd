with source as (

    select * from {{ source('derived', 'finding_events') }}

),

renamed as (

    select
        finding_id,
        event_code,
        happened_at,
        rule_code,
        reason_code,
        verdict,
        severity,
        document_id,
        organisation_id,
        organisation_name,
        measure_code,
        group_code,
        period_id,
        period_label_vi,
        period_label_en,
        figure_ids,
        expected_low,
        expected_high,
        observed,
        suspects,
        repairs,
        message_vi,
        message_en,
        opened_at,
        batch_id,
        recorded_at
    from source

)

select * from renamed
