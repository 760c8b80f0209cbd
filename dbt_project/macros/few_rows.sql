{#- A relation of which hardly any row is expected, as one to join or to look into. DuckDB reckons what a join leaves from the
    sizes of its tables; of what contradictions it leaves, it reckons with more than there are numbers, and keeps the history in
    memory to look into it. Behind a list it reckons with little, and keeps that. Right for any number of rows, dear for millions.

    relation    a common table expression
    columns     those that are read
-#}
{% macro few_rows(relation, columns) -%}
    {{ return(adapter.dispatch('few_rows', 'ketnap')(relation, columns)) }}
{%- endmacro %}

{% macro default__few_rows(relation, columns) -%}
    (select {{ columns | join(', ') }} from {{ relation }})
{%- endmacro %}

{% macro duckdb__few_rows(relation, columns) -%}
    {%- set pairs = [] -%}
    {%- for column in columns -%}
        {%- do pairs.append("'" ~ column ~ "': " ~ column) -%}
    {%- endfor -%}
    (select unnest(few.found, recursive := true) from (select list({{ '{' ~ pairs | join(', ') ~ '}' }}) as found from {{ relation }}) as few)
{%- endmacro %}
