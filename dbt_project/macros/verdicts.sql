{#- Verdicts on two closed intervals of whole numbers; null is no bound on that side.

    verdict_if_equal    both are the same unknown number
    verdict_if_within   the first is at most the second
-#}
{% macro verdict_if_equal(low, high, expected_low, expected_high) -%}
    case
        when {{ low }} > {{ expected_high }} or {{ high }} < {{ expected_low }} then 'contradicted'
        when {{ low }} = {{ high }} and {{ expected_low }} = {{ expected_high }} then 'confirmed'
        else 'consistent'
    end
{%- endmacro %}

{% macro verdict_if_within(low, expected_high) -%}
    case when {{ low }} > {{ expected_high }} then 'contradicted' else 'consistent' end
{%- endmacro %}

{#- The columns that every comparison has, in the order in which they are unioned. -#}
{% macro comparison_columns() -%}
    rule_code,
    document_id,
    organisation_id,
    measure_code,
    group_code,
    period_id,
    observed_figure_id,
    figure_ids,
    part_count,
    whole_part_count,
    {{ exact('observed_low') }} as observed_low,
    {{ exact('observed_high') }} as observed_high,
    {{ exact('expected_low') }} as expected_low,
    {{ exact('expected_high') }} as expected_high,
    implied_code,
    {{ exact('implied_low') }} as implied_low,
    {{ exact('implied_high') }} as implied_high,
    verdict,
    reason_code,
    explanation_code,
    detail_vi,
    detail_en
{%- endmacro %}

{#- The figures of a row and of others: identifiers joined by "|". A list that is part of the other is not repeated, as when
    both sides of a printed ratio stand in one figure. -#}
{% macro join_figures(first, second) -%}
    case
        when {{ second }} is null then {{ first }}
        when {{ first }} is null then {{ second }}
        when '|' || {{ first }} || '|' like '%|' || {{ second }} || '|%' then {{ first }}
        when '|' || {{ second }} || '|' like '%|' || {{ first }} || '|%' then {{ second }}
        else {{ first }} || '|' || {{ second }}
    end
{%- endmacro %}

{#- What a comparison says, with its organisation, period, measure and group, in one language. -#}
{% macro comparison_message(language) -%}
    {% set cut_off = {
        'vi': ' (đúng nếu tỷ lệ bị cắt bớt chứ không làm tròn)',
        'en': ' (right if the percentage was cut off, not rounded)',
    } %}
    organisations.organisation_name || ', ' || periods.period_label_{{ language }} || ' ('
    || measures.measure_label_{{ language }}
    || case
        when comparisons.group_code = 'all' then '' else '; ' || groups.group_label_{{ language }}
    end
    || '): ' || comparisons.detail_{{ language }}
    || case
        when comparisons.explanation_code = 'truncation'
            then '{{ cut_off[language] }}'
        else ''
    end
{%- endmacro %}
