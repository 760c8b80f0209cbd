with groups as (

    select
        group_code,
        facet_code,
        label_vi as group_label_vi,
        label_en as group_label_en,
        is_total,
        description
    from {{ ref('groups') }}

)

select * from groups
