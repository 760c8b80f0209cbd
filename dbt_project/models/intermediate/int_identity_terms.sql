-- What must hold of the counts that a report states, whatever says it, in one shape: a whole and the terms that make it up. Of
-- the vocabulary, each relation of groups is written out for every measure, and each relation of measures for every group.
-- The forms add what takes something away or stands at the beginning or end of a period.
-- That a part of a list is not more than the whole says the list already.
with relations as (

    select
        relations.dimension_code,
        relations.parent_code,
        relations.child_code,
        relations.relation_code,
        relations.parent_code || ' ' || relations.relation_code || ' '
        || coalesce(relations.partition_name, relations.child_code) as list_code
    from {{ ref('int_code_relations') }} as relations
    left join {{ ref('int_code_relations') }} as lists
        on
            relations.relation_code = 'subset_of'
            and lists.relation_code <> 'subset_of'
            and relations.dimension_code = lists.dimension_code
            and relations.parent_code = lists.parent_code
            and relations.child_code = lists.child_code
    where relations.holds_on_forms and lists.child_code is null

),

terms as (

    select
        measures.measure_code || ': ' || relations.list_code as identity_code,
        relations.relation_code,
        measures.measure_code as whole_measure_code,
        relations.parent_code as whole_group_code,
        'period' as whole_moment_code,
        measures.measure_code,
        relations.child_code as group_code,
        'period' as moment_code,
        1 as sign
    from relations
    cross join {{ ref('measures') }} as measures
    where relations.dimension_code = 'group'

    union all

    select
        relations.list_code || ': ' || groups.group_code as identity_code,
        relations.relation_code,
        relations.parent_code as whole_measure_code,
        groups.group_code as whole_group_code,
        'period' as whole_moment_code,
        relations.child_code as measure_code,
        groups.group_code,
        'period' as moment_code,
        1 as sign
    from relations
    cross join {{ ref('groups') }} as groups
    where relations.dimension_code = 'measure'

    union all

    select
        identity_code,
        'balance' as relation_code,
        whole_measure_code,
        whole_group_code,
        whole_moment_code,
        measure_code,
        group_code,
        moment_code,
        sign
    from {{ ref('stg_derived__identities') }}

)

select
    -- numbers, because there are as many of them as counts
    dense_rank() over (order by identity_code) as identity_id,
    dense_rank() over (order by whole_measure_code, whole_group_code, whole_moment_code) as whole_id,
    *,
    count(*) over (partition by identity_code) as term_count
from terms
