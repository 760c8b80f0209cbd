-- Every fault found in a file, with its place; superseded faults are kept and marked.
with rejections as (

    select
        rejections.*,
        files.is_current
    from {{ ref('stg_lake__rejections') }} as rejections
    inner join {{ ref('int_files_versioned') }} as files
        on rejections.batch_id = files.batch_id and rejections.file_path = files.file_path

)

select
    {{ surrogate_key(['rejection_id', 'batch_id']) }} as rejection_id,
    source_name,
    file_path,
    file_sha256,
    locator,
    record_id,
    reason_code,
    found,
    expected,
    message_vi,
    message_en,
    is_current,
    batch_id,
    recorded_at
from rejections
