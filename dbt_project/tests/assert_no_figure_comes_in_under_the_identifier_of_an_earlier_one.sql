-- That identifiers are unique is tested of the figures that came in; none of them may be that of an earlier figure either.
{{ config(meta={'dagster': {'ref': {'name': 'fct_figures'}}}) }}

-- Named where it is read, and without a column of the new ones: so DuckDB goes through the earlier ones with a filter of them,
-- where a join takes thirty times as long.
select
    figure_id,
    file_path
from {{ ref('fct_figures') }}
where
    not {{ came_in('batch_id') }}
    and figure_id in (
        select new_figures.figure_id
        from {{ ref('fct_figures') }} as new_figures
        where {{ came_in('new_figures.batch_id') }}
    )
