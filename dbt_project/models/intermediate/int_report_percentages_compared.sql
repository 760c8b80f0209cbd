-- The percentages of a report against the numbers beside them, of this year and the last. A line of averages has a percentage
-- too, which does not say that it is one of averages: what fits either pair of numbers of its measure and group is right.
-- Only contradictions are kept.
-- depends_on: {{ ref('int_documents_changed') }}
{{ config(materialized='incremental', incremental_strategy='append', on_schema_change='fail', pre_hook='{{ forget_documents() }}') }}

with figures as {{ inlined() }} (

    {{ rows_to_write(ref('fct_figures')) }}

),

reported as {{ inlined() }} (

    select *
    from figures
    where publication_id is null and duplicate_of_figure_id is null

),

percentages as (

    select * from reported
    where statement_code = 'percent_of_earlier'

),

-- last year the organisation of the same name may have been another one
pairs as (

    select
        percentages.document_id,
        percentages.organisation_id,
        percentages.measure_code,
        percentages.group_code,
        percentages.period_id,
        percentages.figure_id,
        percentages.batch_id,
        percentages.value as printed_pct,
        numerators.statement_code,
        numerators.figure_id as numerator_figure_id,
        numerators.value_low as numerator_low,
        numerators.value_high as numerator_high,
        bases.figure_id as base_figure_id,
        bases.value_low as base_low,
        bases.value_high as base_high,
        {{ count_of_base_low('bases.value_low', 'percentages.value_low', 'percentages.is_value_low_open') }} as expected_low,
        {{ count_of_base_high('bases.value_high', 'percentages.value_high', 'percentages.is_value_high_open') }}
            as expected_high,
        case
            when coalesce(percentages.is_value_high_open, false)
                then
                    {{ multiply_exactly('100 * numerators.value_low', '1') }}
                    >= {{ multiply_exactly('bases.value_high', 'percentages.value_high') }}
            else
                {{ multiply_exactly('100 * numerators.value_low', '1') }}
                > {{ multiply_exactly('bases.value_high', 'percentages.value_high') }}
        end as is_above,
        case
            when coalesce(percentages.is_value_low_open, false)
                then
                    {{ multiply_exactly('100 * numerators.value_high', '1') }}
                    <= {{ multiply_exactly('bases.value_low', 'percentages.value_low') }}
            else
                {{ multiply_exactly('100 * numerators.value_high', '1') }}
                < {{ multiply_exactly('bases.value_low', 'percentages.value_low') }}
        end as is_below
    from percentages
    inner join reported as numerators
        on
            percentages.document_id = numerators.document_id
            and percentages.printed_organisation_name = numerators.printed_organisation_name
            and percentages.printed_parent_name is not distinct from numerators.printed_parent_name
            and percentages.measure_code = numerators.measure_code
            and percentages.group_code = numerators.group_code
            and percentages.period_id = numerators.period_id
    inner join reported as bases
        on
            percentages.document_id = bases.document_id
            and percentages.printed_organisation_name = bases.printed_organisation_name
            and percentages.printed_parent_name is not distinct from bases.printed_parent_name
            and percentages.base_measure_code = bases.measure_code
            and percentages.base_group_code = bases.group_code
            and percentages.base_starts_on = bases.starts_on
            and percentages.base_ends_on = bases.ends_on
    where
        (numerators.statement_code = 'level' and bases.statement_code = 'repeated_level')
        or (numerators.statement_code = 'average_age' and bases.statement_code = 'average_age')

),

ranked as (

    select
        *,
        coalesce(is_above, false) or coalesce(is_below, false) as is_contradicted,
        row_number() over (
            partition by figure_id
            order by
                case when coalesce(is_above, false) or coalesce(is_below, false) then 1 else 0 end,
                statement_code desc, numerator_figure_id, base_figure_id
        ) as preference
    from pairs
    where base_high is null or base_high > 0

),

compared as (

    select
        'percentages_of_report' as rule_code,
        document_id,
        organisation_id,
        measure_code,
        group_code,
        period_id,
        figure_id as observed_figure_id,
        figure_id || '|' || numerator_figure_id || '|' || base_figure_id as figure_ids,
        cast(null as bigint) as part_count,
        cast(null as bigint) as whole_part_count,
        numerator_low as observed_low,
        numerator_high as observed_high,
        -- nothing is expected where no whole number fits
        case when expected_low <= expected_high then expected_low end as expected_low,
        case when expected_low <= expected_high then expected_high end as expected_high,
        cast(null as {{ dbt.type_string() }}) as implied_code,
        cast(null as decimal(18, 6)) as implied_low,
        cast(null as decimal(18, 6)) as implied_high,
        'contradicted' as verdict,
        'percentage_differs' as reason_code,
        cast(null as {{ dbt.type_string() }}) as explanation_code,
        {{ format_bounds('numerator_low', 'numerator_high', 'vi') }}
        || ' so với ' || {{ format_bounds('base_low', 'base_high', 'vi') }}
        || ' cùng kỳ năm trước, ghi là ' || {{ format_percentage('printed_pct', 'vi') }} as detail_vi,
        {{ format_bounds('numerator_low', 'numerator_high', 'en') }}
        || ' against ' || {{ format_bounds('base_low', 'base_high', 'en') }}
        || ' a year before, printed as ' || {{ format_percentage('printed_pct', 'en') }} as detail_en,
        batch_id
    from ranked
    where preference = 1 and is_contradicted

)

select
    {{ comparison_columns() }},
    batch_id
from compared
