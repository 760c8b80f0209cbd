{#- Numbers and dates for people: 1.746 and 39,66 % in Vietnamese, 1,746 and 39.66% in English; 16/05/2022, 2022-05-16. -#}
{% macro format_number(expression, language) -%}
    {%- set english = adapter.dispatch('format_number_en', 'ketnap')(expression) -%}
    {%- if language == 'vi' -%} translate({{ english }}, ',.', '.,') {%- else -%} {{ english }} {%- endif -%}
{%- endmacro %}

{% macro duckdb__format_number_en(expression) -%}
    (
        format('{:,}', cast(trunc({{ expression }}) as bigint))
        || coalesce(nullif('.' || rtrim(split_part(cast({{ exact(expression) }} as varchar), '.', 2), '0'), '.'), '')
    )
{%- endmacro %}

{% macro default__format_number_en(expression) -%}
    regexp_replace(format_number({{ expression }}, 6), '[.]?0+$', '')
{%- endmacro %}

{% macro format_percentage(expression, language) -%}
    {{ format_number(expression, language) }} || '{{ " %" if language == "vi" else "%" }}'
{%- endmacro %}

{% macro format_day(expression, language) -%}
    {%- if language == 'vi' -%}
    (
        lpad(cast(extract(day from {{ expression }}) as {{ dbt.type_string() }}), 2, '0') || '/'
        || lpad(cast(extract(month from {{ expression }}) as {{ dbt.type_string() }}), 2, '0') || '/'
        || cast(extract(year from {{ expression }}) as {{ dbt.type_string() }})
    )
    {%- else -%} cast({{ expression }} as {{ dbt.type_string() }}) {%- endif -%}
{%- endmacro %}

{#- A closed interval in words: 1.746 / từ 72 đến 135 / ít nhất 301 / nhiều nhất 639. -#}
{% macro format_bounds(low, high, language) -%}
    case
        when {{ low }} = {{ high }} then {{ format_number(low, language) }}
        when {{ low }} is null and {{ high }} is null then '{{ "chưa rõ" if language == "vi" else "unknown" }}'
        when {{ high }} is null
            then '{{ "ít nhất " if language == "vi" else "at least " }}' || {{ format_number(low, language) }}
        when {{ low }} is null
            then '{{ "nhiều nhất " if language == "vi" else "at most " }}' || {{ format_number(high, language) }}
        else
            '{{ "từ " if language == "vi" else "" }}' || {{ format_number(low, language) }}
            || '{{ " đến " if language == "vi" else " to " }}' || {{ format_number(high, language) }}
    end
{%- endmacro %}
