-- A file that is received again with another content is a new version; older ones stay in the lake.
with files as (

    select * from {{ ref('stg_lake__files') }}
    where recorded_at <= cast('{{ var("as_of") }}' as timestamp)

),

versioned as (

    select
        *,
        row_number() over (partition by file_path order by batch_id) as version_number,
        row_number() over (partition by file_path order by batch_id desc) = 1 as is_current
    from files

)

select * from versioned
