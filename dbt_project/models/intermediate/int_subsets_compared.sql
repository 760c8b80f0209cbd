-- A subset is not larger than its set: groups inside a group, measures inside a measure; counts, and shares of one base.
with counts as (

    select
        document_id,
        organisation_id,
        period_id,
        measure_code,
        group_code,
        'persons_or_units' as quantity_code,
        figure_id,
        figure_ids,
        cast(count_low as decimal(18, 6)) as quantity_low,
        cast(count_high as decimal(18, 6)) as quantity_high
    from {{ ref('int_counts_selected') }}
    where origin_code <> 'bounded'

),

shares as (

    select
        document_id,
        organisation_id,
        period_id,
        measure_code,
        group_code,
        'percent of ' || base_measure_code || ' ' || base_group_code as quantity_code,
        figure_id,
        figure_id as figure_ids,
        value_low as quantity_low,
        value_high as quantity_high
    from {{ ref('int_figures_attributed') }}
    where statement_code = 'share' and duplicate_of_figure_id is null and organisation_id <> 'unknown'

),

quantities as (

    select * from counts
    union all
    select * from shares

),

paired as (

    select
        sets.document_id,
        sets.organisation_id,
        sets.period_id,
        subsets.measure_code,
        subsets.group_code,
        sets.quantity_code,
        sets.figure_ids as set_figure_ids,
        subsets.figure_id as observed_figure_id,
        subsets.figure_ids,
        subsets.quantity_low,
        subsets.quantity_high,
        sets.quantity_low as set_low,
        sets.quantity_high as set_high
    from quantities as subsets
    inner join {{ ref('int_code_relations') }} as relations
        on
            relations.relation_code = 'subset_of'
            and (
                (relations.dimension_code = 'group' and subsets.group_code = relations.child_code)
                or (relations.dimension_code = 'measure' and subsets.measure_code = relations.child_code)
            )
    inner join quantities as sets
        on
            subsets.document_id = sets.document_id
            and subsets.organisation_id = sets.organisation_id
            and subsets.period_id = sets.period_id
            and subsets.quantity_code = sets.quantity_code
            and sets.group_code
            = case when relations.dimension_code = 'group' then relations.parent_code else subsets.group_code end
            and sets.measure_code
            = case when relations.dimension_code = 'measure' then relations.parent_code else subsets.measure_code end
    where sets.figure_id is not null or subsets.figure_id is not null

),

decided as (

    select
        *,
        {{ verdict_if_within('quantity_low', 'set_high') }} as verdict
    from paired

),

compared as (

    select
        'subset_against_set' as rule_code,
        document_id,
        organisation_id,
        measure_code,
        group_code,
        period_id,
        observed_figure_id,
        {{ join_figures('figure_ids', 'set_figure_ids') }} as figure_ids,
        cast(1 as bigint) as part_count,
        cast(null as bigint) as whole_part_count,
        quantity_low as observed_low,
        quantity_high as observed_high,
        cast(0 as decimal(18, 6)) as expected_low,
        set_high as expected_high,
        cast(null as {{ dbt.type_string() }}) as implied_code,
        cast(null as decimal(18, 6)) as implied_low,
        cast(null as decimal(18, 6)) as implied_high,
        verdict,
        case when verdict = 'contradicted' then 'subset_exceeds_set' else 'subset_within_set' end as reason_code,
        cast(null as {{ dbt.type_string() }}) as explanation_code,
        'nhóm con: ' || {{ format_bounds('quantity_low', 'quantity_high', 'vi') }}
        || '; nhóm chứa nó: ' || {{ format_bounds('set_low', 'set_high', 'vi') }} as detail_vi,
        'the subset: ' || {{ format_bounds('quantity_low', 'quantity_high', 'en') }}
        || '; the set: ' || {{ format_bounds('set_low', 'set_high', 'en') }} as detail_en
    from decided

)

select
    {{ comparison_columns() }}
from compared
