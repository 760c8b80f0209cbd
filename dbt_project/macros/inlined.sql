{#- Between a common table expression's name and its query: have it read again wherever it is named. DuckDB writes one
    that is named twice to memory, whole and in all its columns; of a big table with filters that is the dearer way. -#}
{% macro inlined() -%}
    {{ return(adapter.dispatch('inlined', 'ketnap')()) }}
{%- endmacro %}

{% macro default__inlined() -%}
{%- endmacro %}

{% macro duckdb__inlined() -%}
    not materialized
{%- endmacro %}
