{#- An opaque, stable identifier of a list of columns; null and the empty text are different. -#}
{% macro surrogate_key(columns) -%}
    {{ dbt.hash(dbt.concat(_key_parts(columns))) }}
{%- endmacro %}

{% macro _key_parts(columns) -%}
    {%- set parts = [] -%}
    {%- for column in columns -%}
        {%- do parts.append("coalesce(cast(" ~ column ~ " as " ~ dbt.type_string() ~ "), '-null-')") -%}
        {%- if not loop.last %}{% do parts.append("'|'") %}{% endif -%}
    {%- endfor -%}
    {{ return(parts) }}
{%- endmacro %}
