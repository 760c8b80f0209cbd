-- What needs a reader's attention: contradictions, figures that are right only under an explanation, names that are not
-- clear. A finding is open from the moment the last of its figures came in until a night does not find it any more; the lake
-- remembers both.
-- What contradicts in reports says itself since when it does: reports have too many figures to be looked up here.
{% set columns = [
    'comparison_id', 'rule_code', 'reason_code', 'verdict', 'severity', 'document_id', 'organisation_id', 'organisation_name',
    'measure_code', 'group_code', 'period_id', 'period_label_vi', 'period_label_en', 'figure_ids', 'expected_low',
    'expected_high', 'observed_low', 'observed_high', 'message_vi', 'message_en',
] %}
{% set said = [
    'finding_id', 'rule_code', 'reason_code', 'verdict', 'severity', 'document_id', 'organisation_id', 'organisation_name',
    'measure_code', 'group_code', 'period_id', 'period_label_vi', 'period_label_en', 'figure_ids', 'expected_low',
    'expected_high', 'observed', 'suspects', 'repairs', 'message_vi', 'message_en',
] %}
with comparisons as (

    select
        {{ columns | join(', ') }},
        cast(null as timestamp) as opened_at
    from {{ ref('rpt_published_total_comparisons') }}
    where severity is not null

    union all

    select
        {{ columns | join(', ') }},
        opened_at
    from {{ ref('int_report_contradictions_unioned') }}

),

printed_names as (

    select
        organisation_name,
        printed_level_code,
        parent_organisation_name,
        province_name,
        named_from,
        named_to,
        min(candidate_names) as candidate_names
    from {{ ref('stg_derived__organisation_names') }}
    group by organisation_name, printed_level_code, parent_organisation_name, province_name, named_from, named_to

),

names as (

    select
        figures.figure_id,
        figures.organisation_id,
        figures.group_code,
        figures.measure_code,
        figures.period_id,
        figures.printed_organisation_name,
        figures.resolution_code,
        printed_names.candidate_names
    from {{ ref('fct_figures') }} as figures
    left join printed_names
        on
            figures.printed_organisation_name = printed_names.organisation_name
            and figures.level_code = printed_names.printed_level_code
            and figures.printed_parent_name is not distinct from printed_names.parent_organisation_name
            and figures.province_name is not distinct from printed_names.province_name
            and figures.named_on >= printed_names.named_from
            and figures.named_on < printed_names.named_to
    where figures.resolution_code <> 'resolved'

),

localised as (

    select * from {{ ref('int_suspects_worded') }}

),

findings as (

    select
        comparisons.comparison_id as finding_id,
        comparisons.rule_code,
        comparisons.reason_code,
        comparisons.verdict,
        comparisons.severity,
        comparisons.document_id,
        comparisons.organisation_id,
        comparisons.organisation_name,
        comparisons.measure_code,
        comparisons.group_code,
        comparisons.period_id,
        comparisons.period_label_vi,
        comparisons.period_label_en,
        comparisons.figure_ids,
        comparisons.expected_low,
        comparisons.expected_high,
        case when comparisons.observed_low = comparisons.observed_high then comparisons.observed_low end as observed,
        case
            when comparisons.verdict = 'contradicted' then coalesce(localised.suspects, comparisons.figure_ids)
        end as suspects,
        localised.repairs,
        comparisons.message_vi || coalesce(localised.suspicion_vi, '') as message_vi,
        comparisons.message_en || coalesce(localised.suspicion_en, '') as message_en,
        comparisons.opened_at
    from comparisons
    left join localised
        on comparisons.comparison_id = localised.comparison_id
    -- what one cause explains is one finding
    where localised.comparison_id is null or localised.comparison_id = localised.root_comparison_id

    union all

    select
        {{ surrogate_key(["'organisation_resolution'", 'names.figure_id']) }} as finding_id,
        'organisation_resolution' as rule_code,
        case
            when names.resolution_code = 'collective' then 'collective_name'
            when names.resolution_code = 'ambiguous' then 'ambiguous_name'
            else 'unknown_name'
        end as reason_code,
        'undecidable' as verdict,
        case when names.resolution_code = 'collective' then 'info' else 'warning' end as severity,
        figures.document_id,
        names.organisation_id,
        names.printed_organisation_name as organisation_name,
        names.measure_code,
        names.group_code,
        names.period_id,
        periods.period_label_vi,
        periods.period_label_en,
        names.figure_id as figure_ids,
        cast(null as decimal(18, 6)) as expected_low,
        cast(null as decimal(18, 6)) as expected_high,
        figures.value as observed,
        cast(null as {{ dbt.type_string() }}) as suspects,
        cast(null as {{ dbt.type_string() }}) as repairs,
        names.printed_organisation_name
        || case
            when names.resolution_code = 'collective' then ': một số chung cho nhiều tổ chức, không chia được'
            when names.resolution_code = 'unknown'
                then ': không có tổ chức nào mang tên này; tên gần nhất: ' || coalesce(names.candidate_names, 'không có')
            else ': tên chưa xác định được một tổ chức; ứng viên: ' || coalesce(names.candidate_names, 'không có')
        end as message_vi,
        names.printed_organisation_name
        || case
            when names.resolution_code = 'collective' then ': one number for several organisations, it cannot be divided'
            when names.resolution_code = 'unknown'
                then ': no organisation bears this name; nearest names: ' || coalesce(names.candidate_names, 'none')
            else ': the name does not tell one organisation; candidates: ' || coalesce(names.candidate_names, 'none')
        end as message_en,
        cast(null as timestamp) as opened_at
    from names
    inner join {{ ref('fct_figures') }} as figures
        on names.figure_id = figures.figure_id
    left join {{ ref('dim_periods') }} as periods
        on names.period_id = periods.period_id

),

published as (

    select * from findings
    where opened_at is null

),

named_figures as (

    {{ split_figures('published', 'finding_id') }}

),

opened as (

    select
        named_figures.finding_id,
        max(first_recorded.first_recorded_at) as opened_at
    from named_figures
    inner join {{ ref('int_figures_first_recorded') }} as first_recorded
        on named_figures.figure_id = first_recorded.figure_id
    group by named_figures.finding_id

    union all

    select
        finding_id,
        opened_at
    from findings
    where opened_at is not null

),

last_batches as (

    select max(recorded_at) as last_seen_at from {{ ref('int_files_versioned') }}

),

remembered as (

    select * from {{ ref('int_findings_remembered') }}

),

open_findings as (

    select
        findings.*,
        -- it opened when it was first written down, however often its figures came in since
        case
            when remembered.event_code = 'opened' then remembered.opened_at
            when remembered.event_code = 'resolved' then last_batches.last_seen_at
            else opened.opened_at
        end as first_seen_at,
        last_batches.last_seen_at
    from findings
    inner join opened
        on findings.finding_id = opened.finding_id
    left join remembered
        on findings.finding_id = remembered.finding_id
    cross join last_batches

),

resolved_findings as (

    select
        remembered.*,
        case when remembered.event_code = 'resolved' then remembered.happened_at else last_batches.last_seen_at end
            as resolved_at
    from remembered
    left join findings
        on remembered.finding_id = findings.finding_id
    cross join last_batches
    where findings.finding_id is null

),

every_finding as (

    select
        {{ said | join(', ') }},
        first_seen_at as opened_at,
        last_seen_at,
        cast(null as timestamp) as resolved_at
    from open_findings

    union all

    select
        {{ said | join(', ') }},
        opened_at,
        resolved_at as last_seen_at,
        resolved_at
    from resolved_findings

)

select
    every_finding.*,
    acceptances.accepted_until,
    acceptances.accepted_by,
    acceptances.accepted_reason
from every_finding
-- what says something else by now is not what was accepted
left join {{ ref('int_acceptances_remembered') }} as acceptances
    on
        every_finding.finding_id = acceptances.finding_id
        and every_finding.verdict = acceptances.verdict
        and every_finding.severity = acceptances.severity
