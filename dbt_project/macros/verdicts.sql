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

{#- The columns that every comparison has, in the order in which they are unioned; the explanation may be another expression. -#}
{% macro comparison_columns(explanation='explanation_code') -%}
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
    {{ explanation }} as explanation_code,
    detail_vi,
    detail_en
{%- endmacro %}

{#- Stays the same while the figures that are compared do. -#}
{% macro comparison_id() -%}
    {{ surrogate_key(['rule_code', 'organisation_id', 'figure_ids', 'reason_code', 'group_code', 'measure_code']) }}
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

{#- The figures that rows name, one row each: the key of a row and figure_id.

    relation    relation with the column figure_ids, of at most 2 000 figures
    key         its key
-#}
{% macro split_figures(relation, key) -%}
    select
        named.{{ key }},
        split_part(named.figure_ids, '|', cast(places.whole_number as integer)) as figure_id
    from {{ relation }} as named
    inner join {{ ref('int_whole_numbers') }} as places
        on places.whole_number <= length(named.figure_ids) - length(replace(named.figure_ids, '|', '')) + 1
{%- endmacro %}

{#- What a comparison says, with its organisation, period, measure and group, in one language. -#}
{% macro comparison_message(language) -%}
    {% set explanations = {
        'truncation': {
            'vi': ' (đúng nếu tỷ lệ bị cắt bớt chứ không làm tròn)',
            'en': ' (right if the percentage was cut off, not rounded)',
        },
        'stray_truncation': {
            'vi': ' (đúng nếu tỷ lệ bị cắt bớt, trong khi ấn phẩm làm tròn ở chỗ khác)',
            'en': ' (right if the percentage was cut off, though the publication rounds elsewhere)',
        },
        'unconventional': {
            'vi': ' (không sai, nhưng xa số in hơn nghĩa thường của từ đứng trước)',
            'en': ' (not wrong, but further from the printed number than the word before it means as a rule)',
        },
    } %}
    organisations.organisation_name || ', ' || periods.period_label_{{ language }} || ' ('
    || measures.measure_label_{{ language }}
    || case
        when comparisons.group_code = 'all' then '' else '; ' || groups.group_label_{{ language }}
    end
    || '): ' || comparisons.detail_{{ language }}
    || case comparisons.explanation_code
        {%- for code, texts in explanations.items() %}
        when '{{ code }}' then '{{ texts[language] }}'
        {%- endfor %}
        else ''
    end
{%- endmacro %}

{#- Comparisons for people: with names and labels, the severity of the finding that one is, and its message; a query.

    relation    relation with the columns of comparison_columns() and comparison_id
    columns     further columns of it that are kept
-#}
{% macro worded_comparisons(relation, columns=[]) -%}
select
    -- ids
    comparisons.comparison_id,
    comparisons.rule_code,
    comparisons.document_id,

    -- what is compared
    comparisons.organisation_id,
    organisations.organisation_name,
    comparisons.measure_code,
    comparisons.group_code,
    comparisons.period_id,
    periods.period_label_vi,
    periods.period_label_en,
    comparisons.observed_figure_id,
    comparisons.figure_ids,
    comparisons.part_count,
    comparisons.whole_part_count,

    -- the intervals
    comparisons.observed_low,
    comparisons.observed_high,
    comparisons.expected_low,
    comparisons.expected_high,
    comparisons.implied_code,
    comparisons.implied_low,
    comparisons.implied_high,

    -- the outcome
    comparisons.verdict,
    comparisons.reason_code,
    reasons.label_vi as reason_label_vi,
    reasons.label_en as reason_label_en,
    comparisons.explanation_code,
    case
        when comparisons.verdict = 'contradicted' then rules.contradiction_severity
        when comparisons.explanation_code = 'truncation' then 'info'
        when comparisons.explanation_code in ('stray_truncation', 'unconventional') then 'warning'
        else reasons.finding_severity
    end as severity,
    {{ comparison_message('vi') }} as message_vi,
    {{ comparison_message('en') }} as message_en
    {%- for column in columns %},
    comparisons.{{ column }}
    {%- endfor %}
from {{ relation }} as comparisons
left join {{ ref('reasons') }} as reasons
    on comparisons.reason_code = reasons.reason_code
left join {{ ref('rules') }} as rules
    on comparisons.rule_code = rules.rule_code
left join {{ ref('dim_organisations') }} as organisations
    on comparisons.organisation_id = organisations.organisation_id
left join {{ ref('dim_periods') }} as periods
    on comparisons.period_id = periods.period_id
left join {{ ref('dim_measures') }} as measures
    on comparisons.measure_code = measures.measure_code
left join {{ ref('dim_groups') }} as groups
    on comparisons.group_code = groups.group_code
{%- endmacro %}
