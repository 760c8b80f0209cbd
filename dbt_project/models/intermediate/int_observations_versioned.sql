-- Observations of batches that exist, with the version of their file; the newest version is the current one.
{{ config(materialized='view') }}

with observations as (

    select
        observations.*,
        files.version_number,
        files.is_current,
        coalesce(observations.publication_id, observations.file_path) as document_id
    from {{ ref('stg_lake__observations') }} as observations
    inner join {{ ref('int_files_versioned') }} as files
        on observations.batch_id = files.batch_id and observations.file_path = files.file_path

)

select * from observations
