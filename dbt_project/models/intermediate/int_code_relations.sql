-- Relations of groups and of measures in one shape. A partition is complete when its parts together are the parent;
-- parts that only exclude each other ("exclusive_part_of") bound the parent from below.
with relations as (

    select
        'group' as dimension_code,
        parent_group_code as parent_code,
        child_group_code as child_code,
        relation as relation_code,
        partition_name,
        holds_on_forms
    from {{ ref('group_relations') }}

    union all

    select
        'measure' as dimension_code,
        parent_measure_code as parent_code,
        child_measure_code as child_code,
        relation as relation_code,
        partition_name,
        true as holds_on_forms
    from {{ ref('measure_relations') }}

),

counted as (

    select
        *,
        count(*) over (partition by dimension_code, parent_code, relation_code, partition_name) as partition_part_count
    from relations

)

select * from counted
