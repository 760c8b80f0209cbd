-- A number that cannot be traced to a line of a file cannot be checked by anyone. The file is one the lake has taken in, in
-- that version, and what the figure says it was published in is a publication.
{{ config(meta={'dagster': {'ref': {'name': 'fct_figures'}}}) }}

with figures as (

    select * from {{ ref('fct_figures') }}
    where {{ came_in('batch_id') }}

),

files as (

    select * from {{ ref('int_files_versioned') }}

),

publications as (

    select * from {{ ref('dim_publications') }}

)

select
    figures.figure_id,
    figures.publication_id,
    figures.file_path,
    figures.file_sha256,
    figures.locator
from figures
left join files
    on
        figures.batch_id = files.batch_id
        and figures.file_path = files.file_path
        and figures.file_sha256 = files.file_sha256
left join publications
    on figures.publication_id = publications.publication_id
where
    files.file_path is null
    or figures.locator is null
    or (figures.publication_id is not null and publications.publication_id is null)
