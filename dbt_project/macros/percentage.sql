{#- a as a percentage of b, both whole numbers, rounded half up to two decimals; exact, without a division of decimals. -#}
{% macro percentage(part, whole) -%}
    case
        when {{ whole }} > 0
            then cast(0.01 * {{ divide_down('20000 * ' ~ part ~ ' + ' ~ whole, '2 * ' ~ whole) }} as decimal(18, 2))
    end
{%- endmacro %}
