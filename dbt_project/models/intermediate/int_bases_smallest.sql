-- For a percentage whose count and base are both unprinted: the smallest base of which any whole number of persons gives
-- it, by rounding and by cutting off. A base larger than the target of the organisation above is impossible, and then the
-- other reading is the explanation: 42,85 % needs a target of 1 181 if rounded, and of 7 if cut off (3 of 7).
with percentages as (

    select * from {{ ref('int_ratios_tested') }}
    where is_plain and not is_numerator_known and not is_base_known and statement_code = 'attainment'

),

parents as (

    select * from {{ ref('int_organisation_parents') }}

),

ceilings as (

    select
        percentages.figure_id,
        percentages.organisation_id,
        min(wholes.figure_id) as ceiling_figure_id,
        min(wholes.implied_base_high) as ceiling
    from percentages
    inner join parents
        on percentages.organisation_id = parents.organisation_id
    inner join {{ ref('int_ratios_tested') }} as wholes
        on
            parents.parent_organisation_id = wholes.organisation_id
            and percentages.document_id = wholes.document_id
            and percentages.period_id = wholes.period_id
            and percentages.statement_code = wholes.statement_code
            and percentages.base_measure_code = wholes.base_measure_code
    where wholes.implied_base_high is not null
    group by percentages.figure_id, percentages.organisation_id

),

tried as (

    select
        percentages.figure_id,
        percentages.organisation_id,
        min(
            case
                when
                    {{ count_of_base_low('numbers.whole_number', 'percentages.rounded_pct_low', 'false') }}
                    <= {{ count_of_base_high('numbers.whole_number', 'percentages.rounded_pct_high', 'true') }}
                    then numbers.whole_number
            end
        ) as smallest_rounded_base,
        min(
            case
                when
                    {{ count_of_base_low('numbers.whole_number', 'percentages.cut_pct_low', 'false') }}
                    <= {{ count_of_base_high('numbers.whole_number', 'percentages.cut_pct_high', 'true') }}
                    then numbers.whole_number
            end
        ) as smallest_cut_base
    from percentages
    cross join {{ ref('int_whole_numbers') }} as numbers
    group by percentages.figure_id, percentages.organisation_id

)

select
    tried.figure_id,
    tried.organisation_id,
    tried.smallest_rounded_base,
    tried.smallest_cut_base,
    ceilings.ceiling_figure_id,
    ceilings.ceiling,
    case
        when tried.smallest_cut_base <= ceilings.ceiling and coalesce(tried.smallest_rounded_base > ceilings.ceiling, true)
            then 'truncation'
        when tried.smallest_rounded_base <= ceilings.ceiling and coalesce(tried.smallest_cut_base > ceilings.ceiling, true)
            then 'rounding'
        when tried.smallest_rounded_base <= ceilings.ceiling or tried.smallest_cut_base <= ceilings.ceiling then 'either'
    end as explanation_code
from tried
left join ceilings
    on tried.figure_id = ceilings.figure_id and tried.organisation_id = ceilings.organisation_id
