-- The last that was written down of each finding that somebody accepted: it is accepted, or no more.
with acceptances as (

    select * from {{ ref('stg_derived__acceptances') }}
    where recorded_at <= cast('{{ var("as_of") }}' as timestamp)

),

numbered as (

    select
        *,
        row_number() over (partition by finding_id order by batch_id desc) as preference
    from acceptances

)

select
    finding_id,
    verdict,
    severity,
    reason as accepted_reason,
    accepted_by,
    accepted_until
from numbered
where preference = 1 and acceptance_code = 'accepted'
