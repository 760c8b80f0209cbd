-- The way from an observation to a fact has inner joins to vocabularies and names: a code that one of them lacks would drop
-- a figure silently. Every number of the newest version of a file is in the facts, once.
{{ config(meta={'dagster': {'ref': {'name': 'fct_figures'}}}) }}

with observations as (

    select * from {{ ref('int_observations_versioned') }}
    where is_current and value is not null and {{ came_in('batch_id') }}

),

published as (

    select
        observation_id,
        count(*) as row_count
    from {{ ref('fct_figures') }}
    where {{ came_in('batch_id') }}
    group by observation_id

)

select
    observations.file_path,
    observations.locator,
    observations.figure_id,
    coalesce(published.row_count, 0) as row_count
from observations
left join published
    on observations.observation_id = published.observation_id
where coalesce(published.row_count, 0) <> 1
