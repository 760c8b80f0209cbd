-- A finding is only worth its evidence: each figure that a comparison names can be looked up, and the figure it judges is
-- among those it names. The plain counts of reports, which are millions, take no part in comparisons.
{{ config(meta={'dagster': {'ref': {'name': 'int_comparisons_unioned'}}}) }}

with comparisons as (

    select
        comparison_id,
        observed_figure_id,
        '|' || figure_ids || '|' as figure_list
    from {{ ref('int_comparisons_unioned') }}

),

figures as (

    select '|' || figure_id || '|' as figure_name
    from {{ ref('fct_figures') }}
    where publication_id is not null or scope_code <> 'one' or statement_code <> 'level'

),

counted as (

    select
        comparisons.comparison_id,
        comparisons.observed_figure_id,
        comparisons.figure_list,
        -- figures named: one more than there are separators between them
        length(comparisons.figure_list) - length(replace(comparisons.figure_list, '|', '')) - 1 as named_count,
        count(figures.figure_name) as known_count
    from comparisons
    left join figures
        on comparisons.figure_list like '%' || figures.figure_name || '%'
    group by comparisons.comparison_id, comparisons.observed_figure_id, comparisons.figure_list

)

select *
from counted
where
    named_count <> known_count
    or known_count = 0
    or (observed_figure_id is not null and figure_list not like '%|' || observed_figure_id || '|%')
