-- Sums of the parts of a partition, of groups or of measures, that a document states for one organisation and period.
with parts as (

    select
        counts.document_id,
        counts.organisation_id,
        counts.period_id,
        relations.dimension_code,
        relations.partition_name,
        relations.relation_code,
        relations.partition_part_count,
        case when relations.dimension_code = 'measure' then relations.parent_code else counts.measure_code end
            as measure_code,
        case when relations.dimension_code = 'group' then relations.parent_code else counts.group_code end as group_code,
        counts.figure_ids,
        counts.count_low,
        counts.count_high
    from {{ ref('int_counts_selected') }} as counts
    inner join {{ ref('int_code_relations') }} as relations
        on
            relations.relation_code <> 'subset_of'
            and (
                (relations.dimension_code = 'group' and counts.group_code = relations.child_code)
                or (relations.dimension_code = 'measure' and counts.measure_code = relations.child_code)
            )

),

summed as (

    select
        document_id,
        organisation_id,
        period_id,
        dimension_code,
        partition_name,
        measure_code,
        group_code,
        partition_part_count,
        relation_code = 'part_of' and count(*) = partition_part_count as is_complete,
        count(*) as part_count,
        {{ dbt.listagg('figure_ids', "'|'", 'order by figure_ids') }} as figure_ids,
        cast(sum(count_low) as bigint) as sum_low,
        cast(case when count(count_high) = count(*) then sum(count_high) end as bigint) as sum_high
    from parts
    group by
        document_id, organisation_id, period_id, dimension_code, partition_name, measure_code, group_code,
        partition_part_count, relation_code

),

-- the same parts may lie in two partitions
distinct_lists as (

    select
        *,
        row_number() over (
            partition by document_id, organisation_id, measure_code, group_code, period_id, dimension_code, figure_ids
            order by case when is_complete then 0 else 1 end, partition_name
        ) as preference
    from summed

)

select * from distinct_lists
where preference = 1
