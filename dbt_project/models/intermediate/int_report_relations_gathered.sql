-- What ties the counts that contradictions of reports speak of to each other and to other counts, whether it holds or not: the
-- identities of their lines, the percentages beside them, what other reports repeat of them, and the sums of the reports below.
-- What holds is evidence for its figures; which of them may be wrong is found in Python.
with contradictions as (

    select * from {{ ref('int_report_contradictions_unioned') }}
    where observed_figure_id is not null

),

named as (

    {{ split_figures('contradictions', 'comparison_id') }}

),

suspects as (

    select distinct figure_id from named

),

-- figures that are no plain counts
others as (

    select * from {{ ref('int_figures_attributed') }}
    where publication_id is null and duplicate_of_figure_id is null and organisation_id <> 'unknown'

),

-- the organisations that contradictions speak of, and the days at which their counts begin and end
contradicted as (

    select
        contradictions.organisation_id,
        periods.starts_on,
        periods.ends_on
    from contradictions
    inner join {{ ref('dim_periods') }} as periods
        on contradictions.period_id = periods.period_id

    union

    select
        others.organisation_id,
        others.starts_on,
        others.ends_on
    from others
    inner join suspects
        on others.figure_id = suspects.figure_id

),

organisations as (

    select
        organisation_id,
        parent_organisation_id,
        valid_from,
        coalesce(valid_to, cast('9999-12-31' as date)) as valid_to
    from {{ ref('dim_organisations') }}

),

above as (

    select distinct
        organisations.parent_organisation_id as organisation_id,
        contradicted.starts_on,
        contradicted.ends_on
    from contradicted
    inner join organisations
        on contradicted.organisation_id = organisations.organisation_id
    where organisations.parent_organisation_id is not null

),

family as (

    select * from contradicted

    union

    select * from above

    union

    select
        organisations.organisation_id,
        parents.starts_on,
        parents.ends_on
    from (
        select * from contradicted
        union
        select * from above
    ) as parents
    inner join organisations
        on parents.organisation_id = organisations.parent_organisation_id

),

days as (

    select
        organisation_id,
        ends_on
    from family

    union

    select
        organisation_id,
        {{ day_before('starts_on') }} as ends_on
    from family

),

reported as {{ inlined() }} (

    {{ reported_counts() }}

),

counts as (

    select reported.*
    from reported
    inner join days
        on reported.organisation_id = days.organisation_id and reported.ends_on = days.ends_on

),

-- what is repeated elsewhere of a count, by reports that count something of the same organisation themselves
repetitions as (

    select
        others.figure_id,
        others.measure_code,
        others.group_code,
        counts.figure_id as counted_figure_id
    from others
    inner join counts
        on
            others.source_name = counts.source_id
            and others.organisation_id = counts.organisation_id
            and others.measure_code = counts.measure_code
            and others.group_code = counts.group_code
            and others.period_id = counts.period_id
    inner join {{ ref('int_contents_counted') }} as contents
        on others.document_id = contents.document_id and others.organisation_id = contents.organisation_id
    where others.statement_code = 'repeated_level' and contents.level_count > 0

),

terms as (

    select * from {{ ref('int_identity_terms') }}
    where
        (whole_measure_code, whole_group_code) in (
            select
                counts.measure_code,
                counts.group_code
            from counts
        )

),

{{ stated_lines() }},

lines as (

    select distinct
        stated.source_id,
        stated.organisation_id,
        stated.period_id,
        stated.figure_id,
        terms.identity_id,
        terms.sign,
        0 as whole_count,
        1 as part_count
    from stated
    inner join terms
        on
            stated.measure_code = terms.measure_code
            and stated.group_code = terms.group_code
            and stated.moment_code = terms.moment_code

    union all

    select distinct
        stated.source_id,
        stated.organisation_id,
        stated.period_id,
        stated.figure_id,
        terms.identity_id,
        0 as sign,
        1 as whole_count,
        0 as part_count
    from stated
    inner join terms
        on
            stated.measure_code = terms.whole_measure_code
            and stated.group_code = terms.whole_group_code
            and stated.moment_code = terms.whole_moment_code

),

kinds as (

    select distinct
        identity_id,
        relation_code,
        term_count
    from terms

),

identities as (

    select
        lines.identity_id,
        kinds.relation_code,
        min(case when lines.sign = 0 then lines.figure_id end) as whole_figure_id,
        {{ dbt.listagg("case when lines.sign > 0 then lines.figure_id end", "'|'", 'order by lines.figure_id') }} as figure_ids,
        {{ dbt.listagg("case when lines.sign < 0 then lines.figure_id end", "'|'", 'order by lines.figure_id') }}
            as opposite_figure_ids,
        kinds.relation_code in ('part_of', 'balance') and sum(lines.part_count) = kinds.term_count as is_complete
    from lines
    inner join kinds
        on lines.identity_id = kinds.identity_id
    left join suspects
        on lines.figure_id = suspects.figure_id
    group by
        lines.source_id, lines.organisation_id, lines.period_id, lines.identity_id, kinds.relation_code, kinds.term_count
    having sum(lines.whole_count) = 1 and sum(lines.part_count) > 0 and count(suspects.figure_id) > 0

),

percentages as (

    select
        percentages.figure_id,
        counts.figure_id as numerator_figure_id,
        bases.figure_id as base_figure_id
    from others as percentages
    inner join counts
        on
            percentages.document_id = counts.document_id
            and percentages.organisation_id = counts.organisation_id
            and percentages.measure_code = counts.measure_code
            and percentages.group_code = counts.group_code
            and percentages.period_id = counts.period_id
    inner join others as bases
        on
            percentages.document_id = bases.document_id
            and percentages.organisation_name = bases.organisation_name
            and percentages.parent_organisation_name is not distinct from bases.parent_organisation_name
            and percentages.base_measure_code = bases.measure_code
            and percentages.base_group_code = bases.group_code
            and percentages.base_starts_on = bases.starts_on
            and percentages.base_ends_on = bases.ends_on
    left join others as averages
        on
            averages.statement_code = 'average_age'
            and percentages.document_id = averages.document_id
            and percentages.organisation_id = averages.organisation_id
            and percentages.measure_code = averages.measure_code
            and percentages.group_code = averages.group_code
            and percentages.period_id = averages.period_id
    where
        percentages.statement_code = 'percent_of_earlier'
        and bases.statement_code = 'repeated_level'
        and coalesce(bases.value_high, 1) > 0
        -- it may be one of averages
        and averages.figure_id is null

    union

    select
        observed_figure_id as figure_id,
        split_part(figure_ids, '|', 2) as numerator_figure_id,
        split_part(figure_ids, '|', 3) as base_figure_id
    from contradictions
    where rule_code = 'percentages_of_report'

),

sums as (

    select
        counts.figure_id as whole_figure_id,
        {{ dbt.listagg('below.figure_id', "'|'", 'order by below.figure_id') }} as figure_ids
    from counts
    inner join {{ ref('int_children_known') }} as known
        on counts.organisation_id = known.organisation_id and counts.ends_on = known.ends_on
    inner join {{ ref('measures') }} as measures
        on counts.measure_code = measures.measure_code
    {{ join_counts_below('counts', 'counts') }}
    left join suspects
        on below.figure_id = suspects.figure_id
    left join suspects as wholes
        on counts.figure_id = wholes.figure_id
    where measures.adds_over_organisations
    group by counts.figure_id, known.known_child_count
    having
        sum(case when {{ stands('counts.ends_on') }} then 1 else 0 end) >= known.known_child_count
        and count(suspects.figure_id) + count(wholes.figure_id) > 0

),

related as (

    select
        'lines_of_report' as rule_code,
        whole_figure_id as observed_figure_id,
        figure_ids,
        opposite_figure_ids,
        is_complete
    from identities
    where is_complete or relation_code <> 'balance'

    union all

    select
        'percentages_of_report' as rule_code,
        percentages.figure_id as observed_figure_id,
        percentages.numerator_figure_id as figure_ids,
        percentages.base_figure_id as opposite_figure_ids,
        true as is_complete
    from percentages
    left join suspects as observed
        on percentages.figure_id = observed.figure_id
    left join suspects as numerators
        on percentages.numerator_figure_id = numerators.figure_id
    left join suspects as bases
        on percentages.base_figure_id = bases.figure_id
    where coalesce(observed.figure_id, numerators.figure_id, bases.figure_id) is not null

    union

    select
        'repeated_by_report' as rule_code,
        repetitions.figure_id as observed_figure_id,
        repetitions.counted_figure_id as figure_ids,
        cast(null as {{ dbt.type_string() }}) as opposite_figure_ids,
        true as is_complete
    from repetitions
    left join suspects as observed
        on repetitions.figure_id = observed.figure_id
    left join suspects as counted
        on repetitions.counted_figure_id = counted.figure_id
    where coalesce(observed.figure_id, counted.figure_id) is not null

    union

    select
        'report_against_reports_below' as rule_code,
        whole_figure_id as observed_figure_id,
        figure_ids,
        cast(null as {{ dbt.type_string() }}) as opposite_figure_ids,
        true as is_complete
    from sums

)

select
    {{ surrogate_key(['rule_code', 'observed_figure_id', 'figure_ids', 'opposite_figure_ids']) }} as relation_id,
    rule_code,
    observed_figure_id,
    figure_ids,
    opposite_figure_ids,
    max(is_complete) as is_complete
from related
group by rule_code, observed_figure_id, figure_ids, opposite_figure_ids
