{#- Exact arithmetic. No model divides and no model uses a float: comparisons are cross-multiplied.

    exact(x)                    a number with six decimals, up to 10^12
    multiply_exactly(a, b)      the product of two such numbers with twelve decimals; DuckDB and Spark widen products
                                differently, hence the dispatch
    divide_down(a, b)           the largest whole number <= a / b, of numbers >= 0 with six decimals
    divide_up(a, b)             the smallest whole number >= a / b
-#}
{% macro exact(expression) -%}
    cast({{ expression }} as decimal(18, 6))
{%- endmacro %}

{% macro multiply_exactly(left, right) -%}
    {{ return(adapter.dispatch('multiply_exactly', 'ketnap')(left, right)) }}
{%- endmacro %}

{% macro default__multiply_exactly(left, right) -%}
    (cast({{ left }} as decimal(18, 6)) * cast({{ right }} as decimal(18, 6)))
{%- endmacro %}

{% macro duckdb__multiply_exactly(left, right) -%}
    (cast({{ left }} as decimal(38, 6)) * cast({{ right }} as decimal(18, 6)))
{%- endmacro %}

{% macro divide_down(numerator, denominator) -%}
    {{ return(adapter.dispatch('divide_down', 'ketnap')(numerator, denominator)) }}
{%- endmacro %}

{% macro default__divide_down(numerator, denominator) -%}
    ({{ as_millionths(numerator) }} div {{ as_millionths(denominator) }})
{%- endmacro %}

{% macro duckdb__divide_down(numerator, denominator) -%}
    ({{ as_millionths(numerator) }} // {{ as_millionths(denominator) }})
{%- endmacro %}

{% macro divide_up(numerator, denominator) -%}
    (
        {{ divide_down(numerator, denominator) }}
        + case
            when
                {{ divide_down(numerator, denominator) }} * {{ as_millionths(denominator) }}
                < {{ as_millionths(numerator) }}
                then 1
            else 0
        end
    )
{%- endmacro %}

{% macro as_millionths(expression) -%}
    cast(cast({{ expression }} as decimal(24, 6)) * 1000000 as bigint)
{%- endmacro %}

{#- The whole numbers inside an interval that may be open: the smallest, and the largest. -#}
{% macro count_low(low, is_open) -%}
    cast(case when {{ is_open }} then floor({{ low }}) + 1 else ceil(coalesce({{ low }}, 0)) end as bigint)
{%- endmacro %}

{% macro count_high(high, is_open) -%}
    cast(case when {{ is_open }} then ceil({{ high }}) - 1 else floor({{ high }}) end as bigint)
{%- endmacro %}
