-- The lines of a report against what must hold of them: balances, complete lists and parts. Only contradictions are kept. What
-- a source states of one organisation and period is one report, in however many files it came.
-- A line that is not filled in leaves a list incomplete: its parts are then at most the whole, and a balance says nothing.
-- depends_on: {{ ref('int_reports_changed') }}
-- depends_on: {{ ref('int_documents_changed') }}
{{ config(materialized='incremental', incremental_strategy='append', on_schema_change='fail', pre_hook='{{ forget_reports() }}') }}

with counts as {{ inlined() }} (

    {{ counts_to_check() }}

),

terms as (

    select * from {{ ref('int_identity_terms') }}

),

identities as (

    select distinct
        identity_id,
        relation_code,
        term_count,
        whole_measure_code,
        whole_group_code,
        whole_moment_code
    from terms

),

-- the periods of which balances are drawn
balanced as (

    select distinct
        counts.source_id,
        counts.organisation_id,
        counts.document_id,
        counts.period_id,
        counts.starts_on,
        counts.ends_on
    from counts
    inner join terms
        on counts.measure_code = terms.measure_code and counts.group_code = terms.group_code
    where terms.relation_code = 'balance' and terms.moment_code = 'period' and counts.period_type_code <> 'instant'

),

-- what a report says that there was before its period; it may say so twice, as the end of last year
openings as (

    select
        balanced.source_id,
        balanced.organisation_id,
        min(figures.document_id) as document_id,
        min(figures.figure_id) as figure_id,
        max(figures.batch_id) as batch_id,
        figures.measure_code,
        figures.group_code,
        balanced.period_id,
        'start' as moment_code,
        min({{ count_low('figures.value_low', 'figures.is_value_low_open') }}) as count_low,
        max({{ count_high('figures.value_high', 'figures.is_value_high_open') }}) as count_high
    from balanced
    inner join {{ ref('int_figures_attributed') }} as figures
        on
            balanced.document_id = figures.document_id
            and balanced.organisation_id = figures.organisation_id
            and {{ period_adjoins('figures.ends_on', 'balanced.starts_on') }}
    where
        figures.publication_id is null
        and figures.statement_code = 'repeated_level'
        and figures.period_type_code = 'instant'
        and figures.duplicate_of_figure_id is null
    group by
        balanced.source_id, balanced.organisation_id, figures.measure_code, figures.group_code, balanced.period_id

),

closings as (

    select distinct
        counts.source_id,
        counts.organisation_id,
        counts.document_id,
        counts.figure_id,
        counts.batch_id,
        counts.measure_code,
        counts.group_code,
        balanced.period_id,
        'end' as moment_code,
        counts.count_low,
        counts.count_high
    from balanced
    inner join counts
        on
            balanced.source_id = counts.source_id
            and balanced.organisation_id = counts.organisation_id
            and balanced.ends_on = counts.ends_on
    where counts.period_type_code = 'instant'

),

stated as {{ inlined() }} (

    select
        source_id,
        organisation_id,
        document_id,
        figure_id,
        batch_id,
        measure_code,
        group_code,
        period_id,
        'period' as moment_code,
        count_low,
        count_high
    from counts

    union all

    select * from openings

    union all

    select * from closings

),

signed as (

    select
        stated.source_id,
        stated.organisation_id,
        stated.period_id,
        terms.identity_id,
        case when terms.sign > 0 then stated.count_low else -stated.count_high end as term_low,
        case when terms.sign > 0 then stated.count_high else -stated.count_low end as term_high
    from stated
    inner join terms
        on
            stated.measure_code = terms.measure_code
            and stated.group_code = terms.group_code
            and stated.moment_code = terms.moment_code
    -- nobody is never more than a whole
    where terms.relation_code <> 'subset_of' or stated.count_low > 0

),

summed as (

    select
        source_id,
        organisation_id,
        period_id,
        identity_id,
        count(*) as part_count,
        case when count(term_low) = count(*) then sum(term_low) end as sum_low,
        case when count(term_high) = count(*) then sum(term_high) end as sum_high
    from signed
    group by source_id, organisation_id, period_id, identity_id

),

wholes as (

    select stated.*
    from stated
    where
        exists (
            select 1
            from identities
            where
                stated.measure_code = identities.whole_measure_code
                and stated.group_code = identities.whole_group_code
                and stated.moment_code = identities.whole_moment_code
        )

),

bounded as (

    select
        summed.source_id,
        summed.organisation_id,
        summed.period_id,
        summed.identity_id,
        identities.relation_code,
        identities.term_count,
        summed.part_count,
        identities.relation_code in ('part_of', 'balance') and summed.part_count = identities.term_count as is_complete,
        summed.sum_low,
        summed.sum_high,
        wholes.document_id,
        wholes.figure_id,
        wholes.batch_id,
        wholes.measure_code,
        wholes.group_code,
        wholes.count_low,
        wholes.count_high
    from summed
    inner join identities
        on summed.identity_id = identities.identity_id
    inner join wholes
        on
            summed.source_id = wholes.source_id
            and summed.organisation_id = wholes.organisation_id
            and summed.period_id = wholes.period_id
            and identities.whole_measure_code = wholes.measure_code
            and identities.whole_group_code = wholes.group_code
            and identities.whole_moment_code = wholes.moment_code

),

contradicted as (

    select *
    from bounded
    where
        (sum_low > count_high and (is_complete or relation_code <> 'balance'))
        or (sum_high < count_low and is_complete)

),

parts as (

    select
        contradicted.*,
        stated.document_id as part_document_id,
        stated.figure_id as part_figure_id,
        stated.batch_id as part_batch_id,
        stated.measure_code as part_measure_code,
        stated.group_code as part_group_code
    from contradicted
    inner join terms
        on contradicted.identity_id = terms.identity_id
    inner join stated
        on
            contradicted.source_id = stated.source_id
            and contradicted.organisation_id = stated.organisation_id
            and contradicted.period_id = stated.period_id
            and terms.measure_code = stated.measure_code
            and terms.group_code = stated.group_code
            and terms.moment_code = stated.moment_code

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
