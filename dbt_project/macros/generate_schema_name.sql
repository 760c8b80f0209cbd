{#- A schema is named as configured: staging, intermediate, marts, reports, vocabulary. No prefix of a target. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name or target.schema }}
{%- endmacro %}
