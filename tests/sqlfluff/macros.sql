{#- Stand in for what dbt has, and for what asks the database, while sqlfluff reads a model. -#}
{% macro env_var(name, default='') -%}
    {{ default }}
{%- endmacro %}

{% macro earlier_table(schema, name) -%}
    {{ schema }}.{{ name }}
{%- endmacro %}
