{#- A function of the published file: the readings of a report for one day, `from reports.admissions_as_of('2024-12-31')`.
    DuckDB's clients have it; elsewhere the report is filtered.

    name    what the function is called, in the schema of the report
-#}
{% macro reading_function(name) -%}
    {{ return(adapter.dispatch('reading_function', 'ketnap')(name)) }}
{%- endmacro %}

{% macro default__reading_function(name) -%}
{%- endmacro %}

{% macro duckdb__reading_function(name) -%}
    create or replace macro {{ this.schema }}.{{ name }}(day) as table
    select * from {{ this }}
    where reading_from <= cast(day as date) and (reading_to is null or cast(day as date) < reading_to)
{%- endmacro %}
