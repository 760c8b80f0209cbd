{#- The unit of the last digit that is not zero: 100 of 3800, 1 of 25, 0.01 of 39.66. -#}
{% macro last_digit_unit(expression) -%}
    case
        when {{ expression }} = 0 then {{ exact('1') }}
        {%- for exponent in range(9, -6, -1) %}
        {%- set unit = '1' ~ '0' * exponent if exponent >= 0 else '0.' ~ '0' * (-exponent - 1) ~ '1' %}
        when {{ expression }} % {{ exact(unit) }} = 0 then {{ exact(unit) }}
        {%- endfor %}
        else {{ exact('0.000001') }}
    end
{%- endmacro %}
