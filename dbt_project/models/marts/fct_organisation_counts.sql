-- depends_on: {{ ref('int_counts_changed') }}
-- depends_on: {{ ref('int_documents_changed') }}
{{ config(materialized='incremental', incremental_strategy='append', on_schema_change='fail', pre_hook='{{ forget_counts() }}') }}

{{ fact_table('organisation_counts', 'organisation_count') }}
