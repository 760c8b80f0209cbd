-- The lines of a report against what must hold of them: balances, complete lists and parts. Only contradictions are kept. What
-- a source states of one organisation and period is one report, in however many files it came.
-- A line that is not filled in leaves a list incomplete: its parts are then at most the whole, and a balance says nothing.
-- depends_on: {{ ref('int_reports_changed') }}
-- depends_on: {{ ref('int_documents_changed') }}
{{ config(materialized='incremental', incremental_strategy='append', on_schema_change='fail', pre_hook='{{ forget_reports() }}') }}

with counts as {{ counts_reading() }} (

    {{ counts_to_check() }}

),

-- what nothing states needs not be summed: a group of increases, of which there are only admissions
codes as (

    select distinct
        measure_code,
        group_code
    from counts

),

terms as (

    select * from {{ ref('int_identity_terms') }}
    where
        (whole_measure_code, whole_group_code) in (
            select
                codes.measure_code,
                codes.group_code
            from codes
        )

),

identities as (

    select distinct
        identity_id,
        relation_code,
        term_count
    from terms

),

whole_lines as (

    select distinct
        whole_id,
        whole_measure_code,
        whole_group_code,
        whole_moment_code
    from terms

),

{{ stated_lines() }},

signed as {{ inlined() }} (

    select
        stated.source_id,
        stated.organisation_id,
        stated.period_id,
        terms.identity_id,
        terms.whole_id,
        terms.relation_code,
        case when terms.sign > 0 then stated.count_low else -stated.count_high end as term_low,
        case when terms.sign > 0 then stated.count_high else -stated.count_low end as term_high
    from stated
    inner join terms
        on
            stated.measure_code = terms.measure_code
            and stated.group_code = terms.group_code
            and stated.moment_code = terms.moment_code

),

summed as (

    select
        source_id,
        organisation_id,
        period_id,
        identity_id,
        whole_id,
        count(*) as part_count,
        case when count(term_low) = count(*) then cast(sum(term_low) as bigint) end as sum_low,
        case when count(term_high) = count(*) then cast(sum(term_high) as bigint) end as sum_high
    from signed
    where relation_code <> 'subset_of'
    group by source_id, organisation_id, period_id, identity_id, whole_id

    union all

    -- a sum of one, which nobody need add up; and nobody is never more than a whole
    select
        source_id,
        organisation_id,
        period_id,
        identity_id,
        whole_id,
        1 as part_count,
        term_low as sum_low,
        term_high as sum_high
    from signed
    where relation_code = 'subset_of' and term_low > 0

),

wholes as {{ inlined() }} (

    select
        stated.*,
        whole_lines.whole_id
    from stated
    inner join whole_lines
        on
            stated.measure_code = whole_lines.whole_measure_code
            and stated.group_code = whole_lines.whole_group_code
            and stated.moment_code = whole_lines.whole_moment_code

),

differing as (

    select
        summed.*,
        wholes.count_low,
        wholes.count_high
    from summed
    inner join wholes
        on
            summed.source_id = wholes.source_id
            and summed.organisation_id = wholes.organisation_id
            and summed.period_id = wholes.period_id
            and summed.whole_id = wholes.whole_id
    where summed.sum_low > wholes.count_high or summed.sum_high < wholes.count_low

),

contradicted as (

    select distinct
        differing.*,
        identities.relation_code,
        identities.term_count,
        identities.relation_code in ('part_of', 'balance') and differing.part_count = identities.term_count as is_complete
    from differing
    inner join identities
        on differing.identity_id = identities.identity_id
    where
        (identities.relation_code in ('part_of', 'balance') and differing.part_count = identities.term_count)
        or (differing.sum_low > differing.count_high and identities.relation_code <> 'balance')

),

lines as (

    select distinct
        contradicted.source_id,
        contradicted.organisation_id,
        contradicted.period_id,
        contradicted.identity_id,
        terms.measure_code,
        terms.group_code,
        terms.moment_code,
        false as is_whole
    from contradicted
    inner join terms
        on contradicted.identity_id = terms.identity_id

    union all

    select distinct
        contradicted.source_id,
        contradicted.organisation_id,
        contradicted.period_id,
        contradicted.identity_id,
        terms.whole_measure_code as measure_code,
        terms.whole_group_code as group_code,
        terms.whole_moment_code as moment_code,
        true as is_whole
    from contradicted
    inner join terms
        on contradicted.identity_id = terms.identity_id

),

doubted as (

    select distinct
        source_id,
        organisation_id,
        period_id
    from contradicted

),

suspected as (

    select * from stated
    where (source_id, organisation_id, period_id) in {{ few_rows('doubted', ['source_id', 'organisation_id', 'period_id']) }}

),

evidence as (

    select
        lines.identity_id,
        lines.is_whole,
        suspected.*
    from lines
    inner join suspected
        on
            lines.source_id = suspected.source_id
            and lines.organisation_id = suspected.organisation_id
            and lines.period_id = suspected.period_id
            and lines.measure_code = suspected.measure_code
            and lines.group_code = suspected.group_code
            and lines.moment_code = suspected.moment_code

),

parts as (

    select
        contradicted.*,
        wholes.document_id,
        wholes.figure_id,
        wholes.batch_id,
        wholes.measure_code,
        wholes.group_code,
        evidence.document_id as part_document_id,
        evidence.figure_id as part_figure_id,
        evidence.batch_id as part_batch_id,
        evidence.measure_code as part_measure_code,
        evidence.group_code as part_group_code
    from contradicted
    inner join evidence
        on
            contradicted.source_id = evidence.source_id
            and contradicted.organisation_id = evidence.organisation_id
            and contradicted.period_id = evidence.period_id
            and contradicted.identity_id = evidence.identity_id
            and not evidence.is_whole
    inner join evidence as wholes
        on
            contradicted.source_id = wholes.source_id
            and contradicted.organisation_id = wholes.organisation_id
            and contradicted.period_id = wholes.period_id
            and contradicted.identity_id = wholes.identity_id
            and wholes.is_whole

),

-- a list whose parts all stand in a longer one against the same whole says nothing more
covered as (

    select
        parts.figure_id,
        parts.period_id,
        parts.identity_id
    from parts
    inner join parts as others
        on
            parts.figure_id = others.figure_id
            and parts.period_id = others.period_id
            and parts.part_figure_id = others.part_figure_id
            and parts.identity_id <> others.identity_id
    group by
        parts.figure_id, parts.period_id, parts.identity_id, parts.part_count, parts.is_complete,
        others.identity_id, others.part_count, others.is_complete
    having
        count(*) = parts.part_count
        and (
            others.part_count > parts.part_count
            or (others.is_complete and not parts.is_complete)
            or (others.is_complete = parts.is_complete and others.identity_id < parts.identity_id)
        )

),

listed as (

    select
        parts.organisation_id,
        parts.period_id,
        parts.identity_id,
        parts.relation_code,
        parts.term_count,
        parts.part_count,
        parts.is_complete,
        parts.sum_low,
        parts.sum_high,
        parts.count_low,
        parts.count_high,
        parts.document_id,
        parts.figure_id,
        parts.measure_code,
        parts.group_code,
        min(parts.part_document_id) as part_document_id,
        min(parts.part_measure_code) as part_measure_code,
        min(parts.part_group_code) as part_group_code,
        {{ dbt.listagg('parts.part_figure_id', "'|'", 'order by parts.part_figure_id') }} as part_figure_ids,
        greatest(parts.batch_id, max(parts.part_batch_id)) as batch_id
    from parts
    left join covered
        on
            parts.figure_id = covered.figure_id
            and parts.period_id = covered.period_id
            and parts.identity_id = covered.identity_id
    where covered.identity_id is null
    group by
        parts.organisation_id, parts.period_id, parts.identity_id, parts.relation_code, parts.term_count, parts.part_count,
        parts.is_complete, parts.sum_low, parts.sum_high, parts.count_low, parts.count_high, parts.document_id,
        parts.figure_id, parts.measure_code, parts.group_code, parts.batch_id

),

compared as (

    select
        'lines_of_report' as rule_code,
        case when relation_code = 'subset_of' then part_document_id else document_id end as document_id,
        organisation_id,
        case when relation_code = 'subset_of' then part_measure_code else measure_code end as measure_code,
        case when relation_code = 'subset_of' then part_group_code else group_code end as group_code,
        period_id,
        case when relation_code = 'subset_of' then part_figure_ids else figure_id end as observed_figure_id,
        {{ join_figures('figure_id', 'part_figure_ids') }} as figure_ids,
        part_count,
        term_count as whole_part_count,
        case when relation_code = 'subset_of' then sum_low else count_low end as observed_low,
        case when relation_code = 'subset_of' then sum_high else count_high end as observed_high,
        case when relation_code = 'subset_of' then 0 else sum_low end as expected_low,
        case when relation_code = 'subset_of' then count_high when is_complete then sum_high end as expected_high,
        cast(null as {{ dbt.type_string() }}) as implied_code,
        cast(null as decimal(18, 6)) as implied_low,
        cast(null as decimal(18, 6)) as implied_high,
        'contradicted' as verdict,
        case
            when relation_code = 'balance' then 'balance_differs'
            when relation_code = 'subset_of' then 'subset_exceeds_set'
            when is_complete then 'sum_differs'
            else 'sum_exceeds_whole'
        end as reason_code,
        cast(null as {{ dbt.type_string() }}) as explanation_code,
        {% for language, words in {
            'vi': {
                'part': 'nhóm con: ', 'set': '; nhóm chứa nó: ', 'whole': 'dòng tổng là ', 'balance': '; các dòng khác cho ',
                'parts': ' dòng thành phần cộng lại được ',
            },
            'en': {
                'part': 'the subset: ', 'set': '; the set: ', 'whole': 'the total is ', 'balance': '; the other lines give ',
                'parts': ' lines that are parts of it add up to ',
            },
        }.items() -%}
        case
            when relation_code = 'subset_of'
                then
                    '{{ words.part }}' || {{ format_bounds('sum_low', 'sum_high', language) }}
                    || '{{ words.set }}' || {{ format_bounds('count_low', 'count_high', language) }}
            else
                '{{ words.whole }}' || {{ format_bounds('count_low', 'count_high', language) }}
                || case
                    when relation_code = 'balance' then '{{ words.balance }}'
                    else '; ' || cast(part_count as {{ dbt.type_string() }}) || '{{ words.parts }}'
                end
                || {{ format_bounds('sum_low', 'sum_high', language) }}
        end as detail_{{ language }},
        {% endfor -%}
        batch_id
    from listed

)

select
    {{ comparison_columns() }},
    batch_id
from compared
