-- That identifiers are unique is tested of the figures that came in; none of them may be that of an earlier figure either.
{{ config(meta={'dagster': {'ref': {'name': 'fct_figures'}}}) }}

with figures as (

    select * from {{ ref('fct_figures') }}

),

found as (

    select
        figures.figure_id,
        figures.file_path,
        earlier.file_path as earlier_file_path
    from figures
    inner join figures as earlier
        on figures.figure_id = earlier.figure_id
    where {{ came_in('figures.batch_id') }} and not {{ came_in('earlier.batch_id') }}

)

select * from found
