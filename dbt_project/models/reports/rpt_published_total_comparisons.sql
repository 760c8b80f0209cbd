with comparisons as (

    select * from {{ ref('int_comparisons_unioned') }}

)

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
        when comparisons.verdict = 'contradicted' then 'warning'
        when comparisons.explanation_code = 'truncation' then 'info'
        else reasons.finding_severity
    end as severity,
    {{ comparison_message('vi') }} as message_vi,
    {{ comparison_message('en') }} as message_en
from comparisons
left join {{ ref('reasons') }} as reasons
    on comparisons.reason_code = reasons.reason_code
left join {{ ref('dim_organisations') }} as organisations
    on comparisons.organisation_id = organisations.organisation_id
left join {{ ref('dim_periods') }} as periods
    on comparisons.period_id = periods.period_id
left join {{ ref('dim_measures') }} as measures
    on comparisons.measure_code = measures.measure_code
left join {{ ref('dim_groups') }} as groups
    on comparisons.group_code = groups.group_code
