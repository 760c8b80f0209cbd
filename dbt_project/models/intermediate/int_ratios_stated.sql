-- Percentages of a base, each with the count it is a percentage of and the count it is taken from, where they are known:
-- shares, ratios to the member stock, attainments, and excesses over a target (attainment = 100 + excess).
--
-- A percentage without a qualifier was rounded or cut off; both readings are kept as intervals of their own.
-- The base of an attainment is a target printed with it, or one stated for the same organisation: for the same period, for
-- the year that the period is part of, or, of a period longer than a year, for the term. A comparison that rests on an
-- assumption can confirm, but never contradict: that an undated "now" is the latest dated day of the same document, that a
-- target stated in another document was still the same, that a quarter was measured against the target of the year, that a
-- percentage which fits no measure is of the persons that one count of the document calls the same ("94 học viên … 26,5% học
-- viên loại giỏi").
with attributed as (

    select * from {{ ref('int_figures_attributed') }}
    where duplicate_of_figure_id is null and organisation_id <> 'unknown'

),

nouns as (

    select
        attributed.figure_id,
        attributed.document_id,
        attributed.organisation_id,
        attributed.measure_code,
        attributed.group_code,
        attributed.period_id,
        attributed.unit,
        sentences.counted_noun
    from attributed
    inner join {{ ref('int_figures_in_sentences') }} as sentences
        on attributed.figure_id = sentences.figure_id
    -- "đảng viên" are those admitted, those of before, and those of after
    where attributed.statement_code = 'level' and sentences.counted_noun <> 'đảng viên'

),

same_nouns as (

    select
        percentages.figure_id,
        percentages.organisation_id,
        min(counted.figure_id) as base_figure_id,
        min(counted.measure_code) as base_measure_code,
        min(counted.group_code) as base_group_code
    from nouns as percentages
    inner join nouns as counted
        on
            percentages.document_id = counted.document_id
            and percentages.organisation_id = counted.organisation_id
            and percentages.period_id = counted.period_id
            and percentages.counted_noun = counted.counted_noun
            and counted.measure_code <> 'unclassified'
            and counted.unit = 'persons'
    where percentages.measure_code = 'unclassified' and percentages.unit = 'percent'
    group by percentages.figure_id, percentages.organisation_id
    -- of several it is not known which is meant
    having count(*) = 1

),

{%- set said = [
    'figure_id', 'document_id', 'organisation_id', 'measure_code', 'group_code', 'period_id', 'period_type_code', 'starts_on',
    'ends_on', 'base_value', 'base_starts_on', 'base_ends_on', 'qualifier_code', 'printed', 'printed_precision', 'value',
    'value_low', 'is_value_low_open', 'value_high', 'is_value_high_open', 'conventional_low', 'conventional_high',
] %}

figures as (

    select
        {{ said | join(', ') }},
        statement_code,
        base_measure_code,
        base_group_code
    from attributed
    where
        measure_code <> 'unclassified'
        and unit = 'percent'
        and statement_code in ('share', 'attainment', 'excess_over_target', 'ratio_to_members')

    union all

    select
        attributed.{{ said | join(', attributed.') }},
        'share' as statement_code,
        same_nouns.base_measure_code,
        same_nouns.base_group_code
    from attributed
    inner join same_nouns
        on attributed.figure_id = same_nouns.figure_id and attributed.organisation_id = same_nouns.organisation_id
    where attributed.value <= 100

),

counts as (

    select * from {{ ref('int_counts_selected') }}

),

latest_days as (

    select
        document_id,
        organisation_id,
        max(ends_on) as ends_on
    from counts
    where period_type_code = 'instant'
    group by document_id, organisation_id

),

percentages as (

    select
        figures.*,
        case when figures.statement_code = 'excess_over_target' then 100 else 0 end as offset_pct,
        coalesce(qualifiers.bound_side = 'both' and figures.qualifier_code = 'exact', false) as is_plain,
        case
            when figures.period_type_code = 'instant' and figures.ends_on is null then latest_days.ends_on
        end as assumed_on
    from figures
    inner join {{ ref('qualifiers') }} as qualifiers
        on figures.qualifier_code = qualifiers.qualifier_code
    left join latest_days
        on figures.document_id = latest_days.document_id and figures.organisation_id = latest_days.organisation_id

),

numerators as (

    select
        percentages.figure_id as ratio_figure_id,
        percentages.organisation_id,
        counts.figure_ids,
        counts.count_low,
        counts.count_high,
        counts.period_id <> percentages.period_id as is_assumed,
        row_number() over (
            partition by percentages.figure_id, percentages.organisation_id
            order by case when counts.period_id = percentages.period_id then 0 else 1 end, counts.figure_ids
        ) as preference
    from percentages
    inner join counts
        on
            percentages.document_id = counts.document_id
            and percentages.organisation_id = counts.organisation_id
            and percentages.measure_code = counts.measure_code
            and percentages.group_code = counts.group_code
            and (
                percentages.period_id = counts.period_id
                or (counts.period_type_code = 'instant' and percentages.assumed_on = counts.ends_on)
            )

),

bases as (

    select
        percentages.figure_id as ratio_figure_id,
        percentages.organisation_id,
        counts.figure_ids,
        counts.count_low,
        counts.count_high,
        counts.starts_on,
        coalesce(percentages.assumed_on = counts.ends_on, false)
        or counts.document_id <> percentages.document_id
        or (
            counts.period_id <> percentages.period_id
            and percentages.period_type_code in ('day', 'month', 'quarter')
        ) as is_assumed,
        row_number() over (
            partition by percentages.figure_id, percentages.organisation_id
            order by
                case when counts.document_id = percentages.document_id then 0 else 1 end,
                case when counts.period_id = percentages.period_id then 0 else 1 end,
                counts.ends_on,
                counts.figure_ids
        ) as preference
    from percentages
    inner join counts
        on
            percentages.organisation_id = counts.organisation_id
            and percentages.base_measure_code = counts.measure_code
            and percentages.base_group_code = counts.group_code
            and percentages.measure_code <> 'unclassified'
            and (
                (
                    percentages.document_id = counts.document_id
                    and (
                        percentages.period_id = counts.period_id
                        or (counts.period_type_code = 'instant' and percentages.assumed_on = counts.ends_on)
                    )
                    and percentages.statement_code <> 'ratio_to_members'
                )
                or (
                    percentages.statement_code in ('attainment', 'excess_over_target')
                    and {{ period_contains('counts.starts_on', 'counts.ends_on', 'percentages.starts_on', 'percentages.ends_on') }}
                    and (
                        counts.period_type_code = 'year'
                        or (
                            counts.period_type_code in ('term', 'multi_year')
                            and percentages.document_id = counts.document_id
                            and extract(year from percentages.starts_on) < extract(year from percentages.ends_on)
                        )
                    )
                    and (percentages.base_starts_on is null or percentages.base_starts_on = counts.starts_on)
                    and (percentages.base_ends_on is null or percentages.base_ends_on = counts.ends_on)
                )
            )

    union all

    select
        same_nouns.figure_id as ratio_figure_id,
        same_nouns.organisation_id,
        counts.figure_id as figure_ids,
        counts.count_low,
        counts.count_high,
        counts.starts_on,
        false as is_assumed,
        1 as preference
    from same_nouns
    inner join {{ ref('int_counts_stated') }} as counts
        on same_nouns.base_figure_id = counts.figure_id and same_nouns.organisation_id = counts.organisation_id

)

select
    percentages.figure_id,
    percentages.document_id,
    percentages.organisation_id,
    percentages.statement_code,
    percentages.measure_code,
    percentages.group_code,
    percentages.base_measure_code,
    percentages.base_group_code,
    percentages.period_id,
    percentages.period_type_code,
    percentages.starts_on,
    percentages.ends_on,
    percentages.printed,
    percentages.is_plain,
    {{ exact('percentages.value + percentages.offset_pct') }} as printed_pct,

    -- everything the printed number allows
    {{ exact('percentages.value_low + percentages.offset_pct') }} as pct_low,
    percentages.is_value_low_open as is_pct_low_open,
    {{ exact('percentages.value_high + percentages.offset_pct') }} as pct_high,
    percentages.is_value_high_open as is_pct_high_open,

    -- what a word before it means as a rule
    {{ exact('percentages.conventional_low + percentages.offset_pct') }} as conventional_pct_low,
    {{ exact('percentages.conventional_high + percentages.offset_pct') }} as conventional_pct_high,

    -- what rounding allows, what cutting off allows: [low, high)
    {{ exact('percentages.value_low + percentages.offset_pct') }} as rounded_pct_low,
    {{ exact("percentages.value + percentages.offset_pct + 0.5 * percentages.printed_precision") }} as rounded_pct_high,
    {{ exact('percentages.value + percentages.offset_pct') }} as cut_pct_low,
    {{ exact('percentages.value + percentages.offset_pct + percentages.printed_precision') }} as cut_pct_high,

    -- what it is a percentage of
    numerators.figure_ids as numerator_figure_ids,
    numerators.count_low as numerator_low,
    numerators.count_high as numerator_high,

    -- what it is taken from
    bases.figure_ids as base_figure_ids,
    case when percentages.base_value is not null then cast(percentages.base_value as bigint) else bases.count_low end
        as base_low,
    case when percentages.base_value is not null then cast(percentages.base_value as bigint) else bases.count_high end
        as base_high,
    bases.starts_on as base_starts_on,
    coalesce(numerators.is_assumed, false)
    or (percentages.base_value is null and coalesce(bases.is_assumed, false)) as is_period_assumed,
    percentages.measure_code = 'unclassified' as is_base_assumed
from percentages
left join numerators
    on
        percentages.figure_id = numerators.ratio_figure_id
        and percentages.organisation_id = numerators.organisation_id
        and numerators.preference = 1
left join bases
    on
        percentages.figure_id = bases.ratio_figure_id
        and percentages.organisation_id = bases.organisation_id
        and bases.preference = 1
