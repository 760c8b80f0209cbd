-- An excess over the target in persons: the target is the count less the excess.
with excesses as (

    select * from {{ ref('int_figures_attributed') }}
    where
        statement_code = 'excess_over_target'
        and unit <> 'percent'
        and duplicate_of_figure_id is null
        and value_low = value_high

),

paired as (

    select
        excesses.figure_id,
        excesses.document_id,
        excesses.organisation_id,
        excesses.measure_code,
        excesses.group_code,
        excesses.period_id,
        excesses.value,
        counts.figure_ids as count_figure_ids,
        counts.count_low,
        counts.count_high,
        targets.figure_ids as target_figure_ids,
        targets.count_low as target_low,
        targets.count_high as target_high,
        row_number() over (
            partition by excesses.figure_id, excesses.organisation_id
            order by case when targets.document_id = excesses.document_id then 0 else 1 end, targets.figure_ids
        ) as preference
    from excesses
    inner join {{ ref('int_counts_selected') }} as counts
        on
            excesses.document_id = counts.document_id
            and excesses.organisation_id = counts.organisation_id
            and excesses.measure_code = counts.measure_code
            and excesses.group_code = counts.group_code
            and excesses.period_id = counts.period_id
    left join {{ ref('int_counts_selected') }} as targets
        on
            excesses.organisation_id = targets.organisation_id
            and excesses.base_measure_code = targets.measure_code
            and excesses.base_group_code = targets.group_code
            and excesses.period_id = targets.period_id

),

decided as (

    select
        *,
        count_low - value as implied_target_low,
        count_high - value as implied_target_high,
        case
            when target_low is null then 'consistent'
            else {{ verdict_if_equal('target_low', 'target_high', 'count_low - value', 'count_high - value') }}
        end as verdict
    from paired
    where preference = 1

),

compared as (

    select
        'attainment_against_target' as rule_code,
        document_id,
        organisation_id,
        measure_code,
        group_code,
        period_id,
        figure_id as observed_figure_id,
        {{ join_figures(join_figures('figure_id', 'count_figure_ids'), 'target_figure_ids') }} as figure_ids,
        cast(null as bigint) as part_count,
        cast(null as bigint) as whole_part_count,
        target_low as observed_low,
        target_high as observed_high,
        implied_target_low as expected_low,
        implied_target_high as expected_high,
        case when target_low is null then 'target' end as implied_code,
        case when target_low is null then implied_target_low end as implied_low,
        case when target_low is null then implied_target_high end as implied_high,
        verdict,
        case
            when target_low is null then 'base_implied'
            when verdict = 'contradicted' then 'sum_differs'
            else 'excess_agrees'
        end as reason_code,
        cast(null as {{ dbt.type_string() }}) as explanation_code,
        {{ format_bounds('count_low', 'count_high', 'vi') }} || ' vượt ' || {{ format_number('value', 'vi') }}
        || ': chỉ tiêu ' || {{ format_bounds('implied_target_low', 'implied_target_high', 'vi') }} as detail_vi,
        {{ format_bounds('count_low', 'count_high', 'en') }} || ' is ' || {{ format_number('value', 'en') }}
        || ' above the target: a target of ' || {{ format_bounds('implied_target_low', 'implied_target_high', 'en') }}
            as detail_en
    from decided

)

select
    {{ comparison_columns() }}
from compared
