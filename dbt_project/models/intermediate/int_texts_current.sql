with texts as (

    select texts.*
    from {{ ref('stg_lake__texts') }} as texts
    inner join {{ ref('int_files_versioned') }} as files
        on texts.batch_id = files.batch_id and texts.file_path = files.file_path
    where files.is_current

)

select * from texts
