-- A finding is only worth its evidence: each figure that a comparison names can be looked up, and the figure it judges is
-- among those it names. The plain counts of reports, which are millions, take no part in comparisons.
{{ config(meta={'dagster': {'ref': {'name': 'int_comparisons_unioned'}}}) }}

with comparisons as (

    select
        comparison_id,
        observed_figure_id,
        figure_ids
    from {{ ref('int_comparisons_unioned') }}

),

named_figures as (

    {{ split_figures('comparisons', 'comparison_id') }}

),

figures as (

    select figure_id
    from {{ ref('fct_figures') }}
    where publication_id is not null or scope_code <> 'one' or statement_code <> 'level'

),

counted as (

    select
        comparisons.comparison_id,
        comparisons.observed_figure_id,
        count(*) as named_count,
        count(figures.figure_id) as known_count,
        count(case when named_figures.figure_id = comparisons.observed_figure_id then 1 end) as observed_count
    from comparisons
    inner join named_figures
        on comparisons.comparison_id = named_figures.comparison_id
    left join figures
        on named_figures.figure_id = figures.figure_id
    group by comparisons.comparison_id, comparisons.observed_figure_id

)

select *
from counted
where
    named_count <> known_count
    or (observed_figure_id is not null and observed_count <> 1)
