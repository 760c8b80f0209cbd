{#- Which whole numbers a percentage allows. All bounds are exact.

    Let p be in the interval (pct_low, pct_high), open or closed on either side. Of a base of b, n persons are p per cent
    exactly if pct_low * b <= 100 * n < pct_high * b; the same inequality, read the other way, bounds the base of n.
    https://doi.org/10.1177/1948550616673876 (GRIM, Brown and Heathers 2017) is the same test for means.
-#}
{% macro count_of_base_low(base, pct_low, is_open) -%}
    cast(
        case
            when {{ is_open }} then floor(0.01 * {{ multiply_exactly(base, pct_low) }}) + 1
            else ceil(0.01 * {{ multiply_exactly(base, pct_low) }})
        end as bigint
    )
{%- endmacro %}

{% macro count_of_base_high(base, pct_high, is_open) -%}
    cast(
        case
            when {{ is_open }} then ceil(0.01 * {{ multiply_exactly(base, pct_high) }}) - 1
            else floor(0.01 * {{ multiply_exactly(base, pct_high) }})
        end as bigint
    )
{%- endmacro %}

{% macro base_of_count_low(count, pct_high, is_open) -%}
    case
        when {{ pct_high }} > 0 and {{ is_open }} then {{ divide_down('100 * ' ~ count, pct_high) }} + 1
        when {{ pct_high }} > 0 then {{ divide_up('100 * ' ~ count, pct_high) }}
    end
{%- endmacro %}

{% macro base_of_count_high(count, pct_low, is_open) -%}
    case
        when {{ pct_low }} > 0 and {{ is_open }} then {{ divide_up('100 * ' ~ count, pct_low) }} - 1
        when {{ pct_low }} > 0 then {{ divide_down('100 * ' ~ count, pct_low) }}
    end
{%- endmacro %}
