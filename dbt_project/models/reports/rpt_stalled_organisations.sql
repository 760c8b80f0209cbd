-- Organisations that a source says to be stalled, and why. Silence is no reason: an organisation that no source speaks of
-- does not stand here. Of several spells the latest is shown; `ended_on` says when a source first tells otherwise.
with statements as (

    select
        *,
        case when organisation_id = 'unknown' then document_id else 'any' end as document_scope
    from {{ ref('int_stalls_stated') }}

),

last_days as (

    select
        organisation_id,
        document_scope,
        group_code,
        stall_reason_code,
        max(stated_on) as stalled_until
    from statements
    where is_stalled
    group by organisation_id, document_scope, group_code, stall_reason_code

),

broken as (

    select
        last_days.organisation_id,
        last_days.document_scope,
        last_days.group_code,
        last_days.stall_reason_code,
        max(case when statements.stated_on < last_days.stalled_until then statements.stated_on end) as broken_on,
        min(case when statements.stated_on > last_days.stalled_until then statements.stated_on end) as ended_on,
        max(case when statements.stated_on = last_days.stalled_until then 1 else 0 end) = 1 as is_contested
    from last_days
    inner join statements
        on
            last_days.organisation_id = statements.organisation_id
            and last_days.document_scope = statements.document_scope
            and last_days.group_code = statements.group_code
            and last_days.stall_reason_code = statements.stall_reason_code
    where not statements.is_stalled
    group by
        last_days.organisation_id, last_days.document_scope, last_days.group_code, last_days.stall_reason_code

),

spells as (

    select
        statements.*,
        last_days.stalled_until,
        broken.ended_on,
        coalesce(broken.is_contested, false) as is_contested,
        min(statements.stated_on) over (
            partition by
                statements.organisation_id, statements.document_scope, statements.group_code, statements.stall_reason_code
        ) as stalled_since,
        row_number() over (
            partition by
                statements.organisation_id, statements.document_scope, statements.group_code, statements.stall_reason_code
            order by
                case when statements.stated_on is null then 1 else 0 end,
                statements.stated_on desc,
                statements.figure_high - statements.figure_low,
                statements.document_id,
                statements.figure_id
        ) as preference
    from statements
    inner join last_days
        on
            statements.organisation_id = last_days.organisation_id
            and statements.document_scope = last_days.document_scope
            and statements.group_code = last_days.group_code
            and statements.stall_reason_code = last_days.stall_reason_code
    left join broken
        on
            statements.organisation_id = broken.organisation_id
            and statements.document_scope = broken.document_scope
            and statements.group_code = broken.group_code
            and statements.stall_reason_code = broken.stall_reason_code
    where
        statements.is_stalled
        and (statements.stated_on is null or broken.broken_on is null or statements.stated_on > broken.broken_on)

),

stalls as (

    select
        organisation_id,
        document_scope,
        group_code,
        stall_reason_code,
        stalled_since,
        stalled_until,
        cast(null as bigint) as stalled_year_count,
        figure_low,
        figure_high,
        ended_on,
        is_contested,
        document_id as document_ids
    from spells
    where preference = 1

    union all

    select
        organisation_id,
        document_scope,
        'all' as group_code,
        'no_admissions' as stall_reason_code,
        stalled_since,
        stalled_until,
        stalled_year_count,
        {{ exact('stalled_year_count') }} as figure_low,
        {{ exact('stalled_year_count') }} as figure_high,
        ended_on,
        is_contested,
        document_ids
    from {{ ref('int_admission_gaps_chained') }}

)

select
    {{ surrogate_key([
        'stalls.organisation_id', 'stalls.document_scope', 'stalls.group_code', 'stalls.stall_reason_code',
    ]) }} as stall_id,
    stalls.organisation_id,
    organisations.organisation_name,
    organisations.level_code,
    organisations.province_name,
    stalls.stall_reason_code,
    reasons.label_vi as stall_reason_label_vi,
    reasons.label_en as stall_reason_label_en,
    stalls.group_code,
    stalls.stalled_since,
    stalls.stalled_until,
    stalls.stalled_year_count,
    reasons.figure_unit_code,
    stalls.figure_low,
    stalls.figure_high,
    reasons.threshold,
    stalls.ended_on,
    stalls.is_contested,
    stalls.document_ids
from stalls
inner join {{ ref('stall_reasons') }} as reasons
    on stalls.stall_reason_code = reasons.stall_reason_code
inner join {{ ref('dim_organisations') }} as organisations
    on stalls.organisation_id = organisations.organisation_id
