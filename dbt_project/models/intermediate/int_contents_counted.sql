-- What each document speaks of: which organisations and periods, and in how many figures.
-- depends_on: {{ ref('int_documents_changed') }}
{{ config(materialized='incremental', incremental_strategy='append', on_schema_change='fail', pre_hook='{{ forget_documents() }}') }}

with figures as (

    {{ rows_to_write(ref('fct_figures')) }}

)

select
    document_id,
    publication_id,
    source_name,
    organisation_id,
    period_id,
    period_type_code,
    starts_on,
    ends_on,
    min(period_text) as period_text,
    count(*) as figure_count,
    -- what the document counts itself, and marks by which two reports can be told apart
    count(case when statement_code = 'level' then 1 end) as level_count,
    sum(case when statement_code = 'level' then value end) as level_total,
    max(case when statement_code = 'level' then value end) as greatest_level,
    max(batch_id) as batch_id
from figures
group by
    document_id, publication_id, source_name, organisation_id, period_id, period_type_code, starts_on, ends_on
