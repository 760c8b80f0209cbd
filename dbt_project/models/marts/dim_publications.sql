with publications as (

    select * from {{ ref('int_publications_current') }}

),

figures as (

    select
        publication_id,
        count(*) as figure_count
    from {{ ref('fct_figures') }}
    where publication_id is not null
    group by publication_id

)

select
    publications.publication_id,
    publications.title,
    publications.publisher,
    publications.url,
    publications.published_on,
    publications.published_period,
    publications.province_names,
    publications.publication_kind_code,
    publications.superseded_by_publication_id,
    publications.duplicate_of_publication_id,
    publications.also_published_at,
    coalesce(figures.figure_count, 0) as figure_count,
    publications.file_path,
    publications.file_sha256,
    publications.batch_id,
    publications.recorded_at
from publications
left join figures
    on publications.publication_id = figures.publication_id
