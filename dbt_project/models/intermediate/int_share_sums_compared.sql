-- Shares of the parts of a partition: of a complete one they come to 100 %, of any other to 100 % at most.
with stated as (

    select
        *,
        row_number() over (
            partition by
                document_id, organisation_id, measure_code, group_code, base_measure_code, base_group_code, period_id
            order by value_high - value_low, figure_id
        ) as preference
    from {{ ref('int_figures_attributed') }}
    where statement_code = 'share' and duplicate_of_figure_id is null and organisation_id <> 'unknown'

),

-- a share that is printed twice counts once
shares as (

    select * from stated
    where preference = 1

),

parts as (

    select
        shares.*,
        relations.partition_name,
        relations.relation_code,
        relations.partition_part_count
    from shares
    inner join {{ ref('int_code_relations') }} as relations
        on
            relations.relation_code <> 'subset_of'
            and (
                (
                    relations.dimension_code = 'group'
                    and shares.measure_code = shares.base_measure_code
                    and shares.group_code = relations.child_code
                    and shares.base_group_code = relations.parent_code
                )
                or (
                    relations.dimension_code = 'measure'
                    and shares.group_code = shares.base_group_code
                    and shares.measure_code = relations.child_code
                    and shares.base_measure_code = relations.parent_code
                )
            )

),

summed as (

    select
        document_id,
        organisation_id,
        base_measure_code as measure_code,
        base_group_code as group_code,
        period_id,
        partition_name,
        partition_part_count,
        relation_code = 'part_of' and count(*) = partition_part_count as is_complete,
        count(*) as part_count,
        min(figure_id) as observed_figure_id,
        {{ dbt.listagg('figure_id', "'|'", 'order by figure_id') }} as figure_ids,
        {{ exact('sum(value_low)') }} as sum_low,
        {{ exact('sum(value_high)') }} as sum_high,
        {{ exact('sum(value)') }} as sum_printed
    from parts
    group by
        document_id, organisation_id, base_measure_code, base_group_code, period_id, partition_name, relation_code,
        partition_part_count
    having count(*) > 1

),

-- the same parts may lie in two partitions
distinct_lists as (

    select
        *,
        row_number() over (
            partition by document_id, organisation_id, measure_code, group_code, period_id, figure_ids
            order by case when is_complete then 0 else 1 end, partition_name
        ) as preference
    from summed

),

compared as (

    select
        'parts_against_whole' as rule_code,
        document_id,
        organisation_id,
        measure_code,
        group_code,
        period_id,
        observed_figure_id,
        figure_ids,
        part_count,
        partition_part_count as whole_part_count,
        sum_low as observed_low,
        sum_high as observed_high,
        case when is_complete then 100 else 0 end as expected_low,
        100 as expected_high,
        case when not is_complete and sum_low <= 100 then 'unlisted' end as implied_code,
        case when not is_complete and sum_low <= 100 then greatest(100 - sum_high, 0) end as implied_low,
        case when not is_complete and sum_low <= 100 then 100 - sum_low end as implied_high,
        case
            when sum_low > 100 or (is_complete and sum_high < 100) then 'contradicted'
            else 'consistent'
        end as verdict,
        case
            when sum_low > 100 then 'sum_exceeds_whole'
            when is_complete and sum_high < 100 then 'sum_differs'
            when is_complete then 'complete_list'
            else 'open_list'
        end as reason_code,
        cast(null as {{ dbt.type_string() }}) as explanation_code,
        cast(part_count as {{ dbt.type_string() }}) || ' tỷ trọng cộng lại được '
        || {{ format_percentage('sum_printed', 'vi') }} as detail_vi,
        cast(part_count as {{ dbt.type_string() }}) || ' shares add up to '
        || {{ format_percentage('sum_printed', 'en') }} as detail_en
    from distinct_lists
    where preference = 1

)

select
    {{ comparison_columns() }}
from compared
