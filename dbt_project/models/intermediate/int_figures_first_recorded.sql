-- When the current form of a published figure came in first: a file that is received again for another figure does not
-- make it new. Findings, which ask for it, are of publications.
with observations as (

    select * from {{ ref('int_observations_versioned') }}
    where publication_id is not null

),

current_figures as (

    select * from observations
    where is_current

),

first_recorded as (

    select
        current_figures.figure_id,
        min(observations.recorded_at) as first_recorded_at
    from current_figures
    inner join observations
        on
            current_figures.figure_id = observations.figure_id
            and current_figures.file_path = observations.file_path
            and current_figures.printed is not distinct from observations.printed
            and current_figures.value = observations.value
            and current_figures.measure_code = observations.measure_code
            and current_figures.group_code = observations.group_code
            and current_figures.statement_code = observations.statement_code
            and current_figures.qualifier_code = observations.qualifier_code
    group by current_figures.figure_id

)

select * from first_recorded
