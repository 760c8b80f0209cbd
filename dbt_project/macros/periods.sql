{#- Periods are closed intervals of days; null is an end that is not known. What is said of two periods is true only where
    it must be, whatever the unknown ends are, and false otherwise, never null.

    period_contains(…)      every day of the second is a day of the first
    period_overlaps(…)      they have a day in common
    period_adjoins(…)       the second begins on the day after the first ends

    An unknown end lies on or after the start, an unknown start on or before the end.
-#}
{% macro period_contains(starts_on, ends_on, part_starts_on, part_ends_on) -%}
    (
        coalesce(coalesce({{ starts_on }}, {{ ends_on }}) <= {{ part_starts_on }}, false)
        and coalesce(coalesce({{ ends_on }}, {{ starts_on }}) >= {{ part_ends_on }}, false)
    )
{%- endmacro %}

{% macro period_overlaps(starts_on, ends_on, other_starts_on, other_ends_on) -%}
    (
        coalesce(coalesce({{ starts_on }}, {{ ends_on }}) <= coalesce({{ other_ends_on }}, {{ other_starts_on }}), false)
        and coalesce(coalesce({{ other_starts_on }}, {{ other_ends_on }}) <= coalesce({{ ends_on }}, {{ starts_on }}), false)
    )
{%- endmacro %}

{% macro period_adjoins(ends_on, next_starts_on) -%}
    coalesce({{ day_after(ends_on) }} = {{ next_starts_on }}, false)
{%- endmacro %}

{% macro day_after(day) -%}
    cast({{ dbt.dateadd('day', 1, day) }} as date)
{%- endmacro %}

{% macro day_before(day) -%}
    cast({{ dbt.dateadd('day', -1, day) }} as date)
{%- endmacro %}

{#- The day of a moment in UTC where the reports are written; Vietnam has no summer time. -#}
{% macro day_in_vietnam(moment) -%}
    cast({{ dbt.dateadd('hour', 7, moment) }} as date)
{%- endmacro %}

{% macro first_day_of_month(year, month) -%}
    cast(
        cast({{ year }} as {{ dbt.type_string() }}) || '-' || lpad(cast({{ month }} as {{ dbt.type_string() }}), 2, '0') || '-01'
        as date
    )
{%- endmacro %}

{% macro begins_a_year(day) -%}
    (extract(month from {{ day }}) = 1 and extract(day from {{ day }}) = 1)
{%- endmacro %}

{% macro ends_a_year(day) -%}
    (extract(month from {{ day }}) = 12 and extract(day from {{ day }}) = 31)
{%- endmacro %}

{#- The period, by its two days and its type: what is close in time is close in the order of the identifiers, so that DuckDB
    passes over the rows of other years. One that is not dated is one per document and wording, so that two documents' "now"
    are never taken for the same day; leave both out where every period is dated. -#}
{% macro period_id(period_type_code, starts_on, ends_on, document_id=none, period_text=none) -%}
    {%- set dated = _interval(starts_on, ends_on) ~ " || '/' || " ~ period_type_code -%}
    {%- if document_id is none -%}
    {{ dated }}
    {%- else -%}
    case
        when {{ starts_on }} is null and {{ ends_on }} is null and {{ period_type_code }} = 'instant'
            then {{ surrogate_key([period_type_code, document_id]) }}
        when {{ starts_on }} is null and {{ ends_on }} is null
            then {{ surrogate_key([period_type_code, document_id, period_text]) }}
        when {{ starts_on }} is null or {{ ends_on }} is null
            then {{ surrogate_key([period_type_code, document_id, starts_on, ends_on]) }}
        else {{ dated }}
    end
    {%- endif -%}
{%- endmacro %}

{#- The two days alone: "quý I" and "3 tháng đầu năm" are two periods of one interval. Null where an end is not known. -#}
{% macro interval_id(starts_on, ends_on) -%}
    case when {{ starts_on }} is not null and {{ ends_on }} is not null then {{ _interval(starts_on, ends_on) }} end
{%- endmacro %}

{#- As ISO 8601 writes it. -#}
{% macro _interval(starts_on, ends_on) -%}
    cast({{ starts_on }} as {{ dbt.type_string() }}) || '/' || cast({{ ends_on }} as {{ dbt.type_string() }})
{%- endmacro %}
