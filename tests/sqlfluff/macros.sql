{#- Stand in for what dbt has, and for what asks the database, while sqlfluff reads a model. -#}
{% macro env_var(name, default='') -%}
    {{ default }}
{%- endmacro %}

{% macro existing_table(schema, name) -%}
    {{ schema }}.{{ name }}
{%- endmacro %}

{% macro is_in_changed_period(period_id, model) -%}
    {{ period_id }} in ('')
{%- endmacro %}

{% macro is_in_changed_year(period_id, model) -%}
    {{ period_id }} in ('')
{%- endmacro %}

{% macro inlined() -%}
{%- endmacro %}

{% macro few_rows(relation, columns) -%}
    (select {{ columns | join(', ') }} from {{ relation }})
{%- endmacro %}
