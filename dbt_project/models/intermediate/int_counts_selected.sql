-- One count for each document, organisation, measure, group and period: the narrowest of those stated, else the sum of a
-- complete partition, else the sum of parts that exclude each other as a lower bound.
with stated as (

    select
        *,
        row_number() over (
            partition by document_id, organisation_id, measure_code, group_code, period_id
            order by
                case when count_high is null then 1 else 0 end, count_high - count_low, origin_code desc, figure_id
        ) as preference
    from {{ ref('int_counts_stated') }}
    where organisation_id <> 'unknown'

),

selected as (

    select
        document_id,
        organisation_id,
        measure_code,
        group_code,
        period_id,
        period_type_code,
        starts_on,
        ends_on,
        reported_on,
        origin_code,
        figure_id,
        figure_id as figure_ids,
        count_low,
        count_high
    from stated
    where preference = 1

),

parts as (

    select
        selected.*,
        relations.parent_code as parent_group_code,
        relations.partition_name,
        relations.relation_code,
        relations.partition_part_count
    from selected
    inner join {{ ref('int_code_relations') }} as relations
        on
            relations.dimension_code = 'group'
            and relations.relation_code <> 'subset_of'
            and selected.group_code = relations.child_code

),

sums as (

    select
        document_id,
        organisation_id,
        measure_code,
        parent_group_code as group_code,
        period_id,
        period_type_code,
        starts_on,
        ends_on,
        max(reported_on) as reported_on,
        partition_name,
        relation_code = 'part_of' and count(*) = partition_part_count as is_complete,
        {{ dbt.listagg('figure_ids', "'|'", 'order by figure_ids') }} as figure_ids,
        cast(sum(count_low) as bigint) as count_low,
        cast(case when count(count_high) = count(*) then sum(count_high) end as bigint) as count_high
    from parts
    group by
        document_id, organisation_id, measure_code, parent_group_code, period_id, period_type_code, starts_on, ends_on,
        partition_name, relation_code, partition_part_count

),

derived as (

    select
        sums.*,
        row_number() over (
            partition by sums.document_id, sums.organisation_id, sums.measure_code, sums.group_code, sums.period_id
            order by case when sums.is_complete then 0 else 1 end, sums.count_low desc, sums.partition_name
        ) as preference
    from sums
    left join selected
        on
            sums.document_id = selected.document_id
            and sums.organisation_id = selected.organisation_id
            and sums.measure_code = selected.measure_code
            and sums.group_code = selected.group_code
            and sums.period_id = selected.period_id
    where selected.figure_id is null

)

select
    document_id,
    organisation_id,
    measure_code,
    group_code,
    period_id,
    period_type_code,
    starts_on,
    ends_on,
    reported_on,
    origin_code,
    figure_id,
    figure_ids,
    count_low,
    count_high
from selected

union all

select
    document_id,
    organisation_id,
    measure_code,
    group_code,
    period_id,
    period_type_code,
    starts_on,
    ends_on,
    reported_on,
    case when is_complete then 'summed' else 'bounded' end as origin_code,
    cast(null as {{ dbt.type_string() }}) as figure_id,
    figure_ids,
    count_low,
    case when is_complete then count_high end as count_high
from derived
where preference = 1
