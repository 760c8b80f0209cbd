-- From when to when each finding was open, as days in Vietnam: what the report says of it now, and the times before that it
-- was resolved.
with findings as (

    select
        finding_id,
        rule_code,
        organisation_id,
        opened_at,
        resolved_at
    from {{ ref('rpt_findings') }}

),

resolutions as (

    select
        finding_id,
        rule_code,
        organisation_id,
        opened_at,
        happened_at as resolved_at
    from {{ ref('stg_derived__finding_events') }}
    where event_code = 'resolved' and recorded_at <= cast('{{ var("as_of") }}' as timestamp)

),

spans as (

    select * from findings
    union
    select * from resolutions

)

select
    spans.finding_id,
    spans.rule_code,
    organisations.province_name,
    spans.opened_at,
    {{ day_in_vietnam('spans.opened_at') }} as opened_on,
    {{ day_in_vietnam('spans.resolved_at') }} as resolved_on
from spans
left join {{ ref('dim_organisations') }} as organisations
    on spans.organisation_id = organisations.organisation_id
