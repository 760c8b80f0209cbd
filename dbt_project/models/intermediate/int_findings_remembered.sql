-- The last that was written down of each finding: it opened, or it was resolved.
with events as (

    select * from {{ ref('stg_derived__finding_events') }}
    where recorded_at <= cast('{{ var("as_of") }}' as timestamp)

),

numbered as (

    select
        *,
        row_number() over (partition by finding_id order by batch_id desc) as preference
    from events

)

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
    batch_id
from numbered
where preference = 1
