{#- a as a percentage of b, both whole numbers; exact, without a division of decimals.

    percentage(a, b)         rounded half up to two decimals, for display
    percentage_down(a, b)    the largest number with two decimals that is not above the true one
    percentage_up(a, b)      the smallest number with two decimals that is not below it
-#}
{% macro percentage(part, whole) -%}
    case
        when {{ whole }} > 0
            then cast(0.01 * {{ divide_down('20000 * ' ~ part ~ ' + ' ~ whole, '2 * ' ~ whole) }} as decimal(18, 2))
    end
{%- endmacro %}

{% macro percentage_down(part, whole) -%}
    case when {{ whole }} > 0 then cast(0.01 * {{ divide_down('10000 * ' ~ part, whole) }} as decimal(18, 2)) end
{%- endmacro %}

{% macro percentage_up(part, whole) -%}
    case when {{ whole }} > 0 then cast(0.01 * {{ divide_up('10000 * ' ~ part, whole) }} as decimal(18, 2)) end
{%- endmacro %}
