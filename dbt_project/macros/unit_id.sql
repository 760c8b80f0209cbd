{#- Names one version of an administrative unit: its code, and the day from which it was valid where that is known. -#}
{% macro unit_id(unit_code, valid_from) -%}
case
    when {{ valid_from }} = cast('1900-01-01' as date) then {{ unit_code }}
    else {{ unit_code }} || '-' || replace(cast({{ valid_from }} as {{ dbt.type_string() }}), '-', '')
end
{%- endmacro %}
