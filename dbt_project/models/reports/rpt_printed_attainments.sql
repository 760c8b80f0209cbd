-- Printed attainments with the count and the target behind them; the target is stated, or implied by the percentage.
with ratios as (

    select * from {{ ref('int_ratios_tested') }}
    where statement_code in ('attainment', 'excess_over_target') and base_measure_code = 'admission_target'

)

select
    {{ surrogate_key(['ratios.figure_id', 'ratios.organisation_id']) }} as attainment_id,
    ratios.organisation_id,
    organisations.organisation_name,
    organisations.level_code,
    organisations.province_name,
    ratios.group_code,
    ratios.period_id,
    periods.period_label_vi,
    periods.period_label_en,
    ratios.starts_on,
    ratios.ends_on,
    ratios.numerator_low as admissions_low,
    ratios.numerator_high as admissions_high,
    case
        when ratios.base_low is not null then 'stated'
        when ratios.implied_base_low is not null or ratios.implied_base_high is not null then 'implied'
        else 'unknown'
    end as target_origin_code,
    coalesce(ratios.base_low, ratios.implied_base_low) as target_low,
    coalesce(ratios.base_high, ratios.implied_base_high) as target_high,
    ratios.printed_pct,
    ratios.pct_low as attainment_low_pct,
    ratios.pct_high as attainment_high_pct,
    ratios.explanation_code,
    ratios.document_id,
    ratios.figure_id
from ratios
left join {{ ref('dim_organisations') }} as organisations
    on ratios.organisation_id = organisations.organisation_id
left join {{ ref('dim_periods') }} as periods
    on ratios.period_id = periods.period_id
