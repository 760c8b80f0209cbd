-- Figures with the organisations they speak of. A figure that holds for each of nine communes has nine rows; a figure for
-- several together belongs to none of them and has one row, on the organisation "unknown". A name means what it meant on
-- the day that the figure is of. The plain counts of reports, which are by far the most, go to the facts directly.
-- depends_on: {{ ref('int_documents_changed') }}
{{ config(materialized='incremental', incremental_strategy='append', on_schema_change='fail', pre_hook='{{ forget_documents() }}') }}

with written as {{ inlined() }} (

    {{ rows_to_write(ref('int_figures_bounded')) }}

),

figures as (

    select * from written
    where publication_id is not null

    union all

    select * from written
    where publication_id is null and scope_code <> 'one'

    union all

    select * from written
    where publication_id is null and scope_code = 'one' and statement_code <> 'level'

),

names as (

    select distinct
        organisation_name,
        printed_level_code,
        scope_code,
        parent_organisation_name,
        province_name,
        organisation_id,
        resolution_code,
        named_from,
        named_to
    from {{ ref('stg_derived__organisation_names') }}

),

attributed as (

    select
        figures.*,
        coalesce(names.organisation_id, 'unknown') as organisation_id,
        coalesce(names.resolution_code, 'unknown') as resolution_code
    from figures
    left join names
        on {{ bears_name('figures', 'names') }}

)

select * from attributed
