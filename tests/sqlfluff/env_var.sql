{#- Stands in for dbt's reading of the environment while sqlfluff reads a model. -#}
{% macro env_var(name, default='') -%}
    {{ default }}
{%- endmacro %}
