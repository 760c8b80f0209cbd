-- A reader that miscounts, or a batch of which a part is missing, would lose records without an error: what a file was
-- found to hold is what was accepted and what was rejected, and what was accepted is in the lake.
{{ config(meta={'dagster': {'ref': {'name': 'stg_lake__files'}}}) }}

with files as (

    select * from {{ ref('stg_lake__files') }}
    where {{ came_in('batch_id') }}

),

records as (

    select
        batch_id,
        file_path
    from {{ ref('stg_lake__observations') }}
    where {{ came_in('batch_id') }}

    union all

    select
        batch_id,
        file_path
    from {{ ref('stg_lake__publications') }}
    where {{ came_in('batch_id') }}

    union all

    select
        batch_id,
        file_path
    from {{ ref('stg_lake__texts') }}
    where {{ came_in('batch_id') }}

),

counted as (

    select
        batch_id,
        file_path,
        count(*) as record_count
    from records
    group by batch_id, file_path

)

select
    files.batch_id,
    files.file_path,
    files.found_count,
    files.accepted_count,
    files.rejected_count,
    coalesce(counted.record_count, 0) as record_count
from files
left join counted
    on files.batch_id = counted.batch_id and files.file_path = counted.file_path
where
    files.found_count is distinct from files.accepted_count + files.rejected_count
    or files.accepted_count is distinct from coalesce(counted.record_count, 0)
