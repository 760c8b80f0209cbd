{#- Names one version of an administrative unit: codes are used again, so the code alone would not. -#}
{% macro administrative_unit_id(unit_code, valid_from) -%}
    case
        when {{ valid_from }} = cast('1900-01-01' as date) then {{ unit_code }}
        else {{ dbt.concat([unit_code, "'-'", "replace(cast(" ~ valid_from ~ " as " ~ dbt.type_string() ~ "), '-', '')"]) }}
    end
{%- endmacro %}
