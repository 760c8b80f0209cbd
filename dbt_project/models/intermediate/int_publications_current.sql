with publications as (

    select publications.*
    from {{ ref('stg_lake__publications') }} as publications
    inner join {{ ref('int_files_versioned') }} as files
        on publications.batch_id = files.batch_id and publications.file_path = files.file_path
    where files.is_current

)

select * from publications
