-- Counts for the fact tables: those of publications and of ratios as int_counts_stated has them, the plain counts of
-- reports straight from the figures. A report's source is the way it came in, so that a figure reported again takes the
-- place of the former; each publication is a source of its own.
-- The table is named where it is read: of a view, DuckDB writes what has a name and is read twice to memory.
{{ config(materialized='view') }}

with counts as (

    select
        stated.figure_id,
        stated.organisation_id,
        stated.measure_code,
        stated.group_code,
        stated.origin_code,
        stated.count_low,
        stated.count_high,
        figures.document_id,
        figures.publication_id,
        figures.period_id,
        figures.period_type_code,
        figures.starts_on,
        figures.ends_on,
        figures.named_on,
        figures.qualifier_code,
        figures.printed,
        figures.source_name,
        figures.file_path,
        figures.file_sha256,
        figures.locator,
        figures.version_number,
        figures.batch_id,
        figures.recorded_at
    from {{ ref('int_counts_stated') }} as stated
    inner join {{ ref('fct_figures') }} as figures
        on stated.figure_id = figures.figure_id

    union all

    select
        figure_id,
        organisation_id,
        measure_code,
        group_code,
        'stated' as origin_code,
        {{ count_low('value_low', 'is_value_low_open') }} as count_low,
        {{ count_high('value_high', 'is_value_high_open') }} as count_high,
        document_id,
        publication_id,
        period_id,
        period_type_code,
        starts_on,
        ends_on,
        named_on,
        qualifier_code,
        printed,
        source_name,
        file_path,
        file_sha256,
        locator,
        version_number,
        batch_id,
        recorded_at
    from {{ ref('fct_figures') }}
    where
        publication_id is null
        and scope_code = 'one'
        and statement_code = 'level'
        and duplicate_of_figure_id is null
        and measure_code <> 'unclassified'

)

select
    *,
    case
        when organisation_id = 'unknown' then figure_id
        when publication_id is not null then publication_id
        else source_name
    end as source_id
from counts
