-- The integer test: is there any whole number of persons that gives the printed percentage of the printed base, and any
-- whole base of which the printed count is that percentage? Tried with everything the number allows, with rounding alone
-- and with cutting off alone; where only one of the two is possible, it is the explanation. What "over" and "nearly" mean as a
-- rule is no test: a number further away is possible, and said to be unconventional.
with ratios as (

    select * from {{ ref('int_ratios_stated') }}

),

known as (

    select
        *,
        coalesce(numerator_low = numerator_high, false) as is_numerator_known,
        coalesce(base_low = base_high, false) as is_base_known
    from ratios

),

implied as (

    select
        *,
        -- persons, of a known base
        case when is_base_known then {{ count_of_base_low('base_low', 'pct_low', 'is_pct_low_open') }} end
            as implied_count_low,
        case when is_base_known then {{ count_of_base_high('base_low', 'pct_high', 'is_pct_high_open') }} end
            as implied_count_high,
        case when is_base_known and is_plain then {{ count_of_base_low('base_low', 'rounded_pct_low', 'false') }} end
            as rounded_count_low,
        case when is_base_known and is_plain then {{ count_of_base_high('base_low', 'rounded_pct_high', 'true') }} end
            as rounded_count_high,
        case when is_base_known and is_plain then {{ count_of_base_low('base_low', 'cut_pct_low', 'false') }} end
            as cut_count_low,
        case when is_base_known and is_plain then {{ count_of_base_high('base_low', 'cut_pct_high', 'true') }} end
            as cut_count_high,

        -- bases, of a known count
        case when is_numerator_known then {{ base_of_count_low('numerator_low', 'pct_high', 'is_pct_high_open') }} end
            as implied_base_low,
        case when is_numerator_known then {{ base_of_count_high('numerator_low', 'pct_low', 'is_pct_low_open') }} end
            as implied_base_high,
        case when is_numerator_known and is_plain then {{ base_of_count_low('numerator_low', 'rounded_pct_high', 'true') }} end
            as rounded_base_low,
        case when is_numerator_known and is_plain then {{ base_of_count_high('numerator_low', 'rounded_pct_low', 'false') }} end
            as rounded_base_high,
        case when is_numerator_known and is_plain then {{ base_of_count_low('numerator_low', 'cut_pct_high', 'true') }} end
            as cut_base_low,
        case when is_numerator_known and is_plain then {{ base_of_count_high('numerator_low', 'cut_pct_low', 'false') }} end
            as cut_base_high
    from known

),

tested as (

    select
        *,
        case
            -- both known: the count is among those the base allows
            when is_numerator_known and is_base_known
                then
                    numerator_low >= implied_count_low and numerator_low <= coalesce(implied_count_high, numerator_low)
            -- one known: some whole number fits, inside what else is known of it
            when is_base_known
                then
                    greatest(implied_count_low, coalesce(numerator_low, 0))
                    <= least(
                        coalesce(implied_count_high, numerator_high, implied_count_low),
                        coalesce(numerator_high, implied_count_high, implied_count_low)
                    )
            when is_numerator_known
                then
                    greatest(coalesce(implied_base_low, 0), coalesce(base_low, 0))
                    <= least(
                        coalesce(implied_base_high, base_high, implied_base_low, 0),
                        coalesce(base_high, implied_base_high, implied_base_low, 0)
                    )
            -- neither known exactly: the bounds of both leave room
            when numerator_low is not null and base_low is not null
                then
                    not coalesce(
                        {{ multiply_exactly('100 * numerator_low', '1') }} > {{ multiply_exactly('base_high', 'pct_high') }},
                        false
                    )
                    and not coalesce(
                        {{ multiply_exactly('100 * numerator_high', '1') }} < {{ multiply_exactly('base_low', 'pct_low') }},
                        false
                    )
        end as is_possible,
        case
            when not is_plain then null
            when is_numerator_known and is_base_known
                then numerator_low >= rounded_count_low and numerator_low <= rounded_count_high
            when is_base_known then rounded_count_low <= rounded_count_high
            when is_numerator_known then rounded_base_low <= rounded_base_high
        end as is_possible_by_rounding,
        case
            when not is_plain then null
            when is_numerator_known and is_base_known
                then numerator_low >= cut_count_low and numerator_low <= cut_count_high
            when is_base_known then cut_count_low <= cut_count_high
            when is_numerator_known then cut_base_low <= cut_base_high
        end as is_possible_by_cutting
    from implied

)

select
    *,
    case
        when is_possible and is_possible_by_rounding and is_possible_by_cutting then 'either'
        when is_possible and is_possible_by_rounding then 'rounding'
        when is_possible and is_possible_by_cutting then 'truncation'
        when
            is_possible
            and is_numerator_known
            and is_base_known
            and (
                {{ multiply_exactly('100 * numerator_low', '1') }} > {{ multiply_exactly('base_low', 'conventional_pct_high') }}
                or {{ multiply_exactly('100 * numerator_low', '1') }} < {{ multiply_exactly('base_low', 'conventional_pct_low') }}
            )
            then 'unconventional'
    end as explanation_code
from tested
