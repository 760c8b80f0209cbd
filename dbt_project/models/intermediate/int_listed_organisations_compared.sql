-- A printed number of organisations that reached so much of their target against the organisations of which the attainment is
-- printed. The list that the words of the number open, if it is as long as the number, is of just those organisations: each of
-- them must have reached it. Of organisations named elsewhere in the document no more may have reached it.
--
-- Whether an attainment reaches a threshold is decided by what is printed of it, and by its count where that is known: 50 % of
-- a target of which 5 are 50 % is a target of 10, and no more than 50 %, although 50.4 % could be printed so.
with thresholds as (

    select * from {{ ref('int_thresholds_stated') }}

),

counts as (

    select
        thresholds.*,
        figures.measure_code,
        figures.group_code,
        figures.period_id,
        {{ count_low('figures.value_low', 'figures.is_value_low_open') }} as count_low,
        {{ count_high('figures.value_high', 'figures.is_value_high_open') }} as count_high
    from thresholds
    inner join {{ ref('int_figures_attributed') }} as figures
        on thresholds.figure_id = figures.figure_id and thresholds.organisation_id = figures.organisation_id

),

parents as (

    select
        organisation_id,
        parent_organisation_id,
        case
            when level_code in ('district', 'district_equivalent') then 'upper_committee'
            when level_code in ('commune', 'grassroots') then 'grassroots_organisation'
            when level_code = 'cell' then 'cell'
        end as tier_code
    from {{ ref('int_organisation_parents') }}

),

attainments as (

    select
        ratios.figure_id,
        ratios.document_id,
        ratios.organisation_id,
        ratios.period_id,
        ratios.pct_low,
        ratios.is_pct_low_open,
        ratios.pct_high,
        ratios.is_pct_high_open,
        parents.parent_organisation_id,
        parents.tier_code,
        sentences.sentence_number,
        sentences.char_start,
        case when not ratios.is_period_assumed and ratios.is_numerator_known then 100 * ratios.numerator_low end
            as hundredfold_count,
        greatest(coalesce(ratios.implied_base_low, ratios.base_low), coalesce(ratios.base_low, ratios.implied_base_low))
            as target_low,
        least(coalesce(ratios.implied_base_high, ratios.base_high), coalesce(ratios.base_high, ratios.implied_base_high))
            as target_high
    from {{ ref('int_ratios_tested') }} as ratios
    left join parents
        on ratios.organisation_id = parents.organisation_id
    left join {{ ref('int_figures_in_sentences') }} as sentences
        on ratios.figure_id = sentences.figure_id
    where ratios.statement_code in ('attainment', 'excess_over_target') and ratios.base_measure_code = 'admission_target'

),

named as (

    select
        counts.figure_id as count_figure_id,
        counts.organisation_id,
        counts.bound_side,
        counts.is_strict,
        attainments.figure_id,
        coalesce(
            counts.opens_list
            and counts.sentence_number = attainments.sentence_number
            and counts.char_start < attainments.char_start,
            false
        ) as is_in_list,
        counts.measure_code = 'organisations_meeting_target'
        and counts.organisation_id = attainments.parent_organisation_id
        and counts.group_code = attainments.tier_code as is_below,

        -- what is printed of it, and what follows from its count, lies on one side of the threshold
        coalesce(
            attainments.pct_low > counts.threshold_pct
            or (
                attainments.pct_low = counts.threshold_pct
                and (attainments.is_pct_low_open or counts.is_strict <> (counts.bound_side = 'lower'))
            ),
            false
        )
        or coalesce(
            attainments.hundredfold_count > {{ multiply_exactly('attainments.target_high', 'counts.threshold_pct') }}
            or (
                attainments.hundredfold_count = {{ multiply_exactly('attainments.target_high', 'counts.threshold_pct') }}
                and counts.is_strict <> (counts.bound_side = 'lower')
            ),
            false
        ) as is_above,
        coalesce(
            attainments.pct_high < counts.threshold_pct
            or (
                attainments.pct_high = counts.threshold_pct
                and (attainments.is_pct_high_open or counts.is_strict <> (counts.bound_side = 'upper'))
            ),
            false
        )
        or coalesce(
            attainments.hundredfold_count < {{ multiply_exactly('attainments.target_low', 'counts.threshold_pct') }}
            or (
                attainments.hundredfold_count = {{ multiply_exactly('attainments.target_low', 'counts.threshold_pct') }}
                and counts.is_strict <> (counts.bound_side = 'upper')
            ),
            false
        ) as is_under,
        coalesce(
            attainments.hundredfold_count = {{ multiply_exactly('attainments.target_low', 'counts.threshold_pct') }}
            and attainments.target_low = attainments.target_high,
            false
        ) as is_just_there
    from counts
    inner join attainments
        on
            counts.document_id = attainments.document_id
            and counts.period_id = attainments.period_id
            and counts.organisation_id <> attainments.organisation_id

),

reached as (

    select
        *,
        case when bound_side = 'lower' then is_above else is_under end as is_reached,
        case when bound_side = 'lower' then is_under else is_above end as is_missed
    from named

),

listed as (

    select
        count_figure_id,
        organisation_id,
        cast(sum(case when is_in_list then 1 else 0 end) as bigint) as listed_count,
        cast(sum(case when is_in_list and is_reached then 1 else 0 end) as bigint) as listed_reached_count,
        cast(sum(case when is_in_list and not is_missed then 1 else 0 end) as bigint) as listed_possible_count,
        cast(sum(case when is_in_list and (is_just_there or not is_missed) then 1 else 0 end) as bigint)
            as listed_just_there_count,
        {{ dbt.listagg('case when is_in_list then figure_id end', "'|'", 'order by figure_id') }} as listed_figure_ids,
        cast(sum(case when is_reached then 1 else 0 end) as bigint) as reached_count,
        {{ dbt.listagg('case when is_reached then figure_id end', "'|'", 'order by figure_id') }} as reached_figure_ids
    from reached
    where is_in_list or is_below
    group by count_figure_id, organisation_id

),

decided as (

    select
        counts.*,
        coalesce(listed.listed_count = counts.count_low and counts.count_low = counts.count_high, false) as is_just_these,
        listed.listed_count,
        listed.listed_reached_count,
        listed.listed_possible_count,
        -- "more than" was said of what is just so much
        coalesce(
            counts.is_strict
            and listed.listed_possible_count < counts.count_low
            and listed.listed_just_there_count = counts.count_low,
            false
        ) as is_loosely_meant,
        listed.listed_figure_ids,
        listed.reached_count,
        listed.reached_figure_ids
    from counts
    inner join listed
        on counts.figure_id = listed.count_figure_id and counts.organisation_id = listed.organisation_id
    where listed.listed_count > 0 or listed.reached_count > 0

),

compared as (

    select
        'organisations_against_whole' as rule_code,
        document_id,
        organisation_id,
        measure_code,
        group_code,
        period_id,
        figure_id as observed_figure_id,
        {{ join_figures('figure_id', 'case when is_just_these then listed_figure_ids else reached_figure_ids end') }}
            as figure_ids,
        case when is_just_these then listed_count else reached_count end as part_count,
        case when is_just_these then listed_count end as whole_part_count,
        count_low as observed_low,
        count_high as observed_high,
        case when is_just_these then listed_reached_count else reached_count end as expected_low,
        case when is_just_these then listed_possible_count end as expected_high,
        cast(null as {{ dbt.type_string() }}) as implied_code,
        cast(null as bigint) as implied_low,
        cast(null as bigint) as implied_high,
        case
            when reached_count > count_high or (is_just_these and listed_possible_count < count_low) then 'contradicted'
            when is_just_these and listed_reached_count = count_low then 'confirmed'
            when reached_count = count_low and count_low = count_high then 'confirmed'
            else 'consistent'
        end as verdict,
        case
            when reached_count > count_high then 'sum_exceeds_whole'
            when is_just_these and listed_possible_count < count_low then 'listed_falls_short'
            when is_just_these and listed_reached_count = count_low then 'list_closes'
            when is_just_these then 'bounds_leave_room'
            when reached_count = count_low and count_low = count_high then 'list_closes'
            else 'open_list'
        end as reason_code,
        cast(null as {{ dbt.type_string() }}) as explanation_code,
        'in là ' || {{ format_bounds('count_low', 'count_high', 'vi') }} || ' đơn vị đạt '
        || case
            when bound_side = 'lower' and is_strict then 'trên ' || {{ format_percentage('threshold_pct', 'vi') }} || ' chỉ tiêu; '
            when bound_side = 'lower' then 'từ ' || {{ format_percentage('threshold_pct', 'vi') }} || ' chỉ tiêu trở lên; '
            when is_strict then 'dưới ' || {{ format_percentage('threshold_pct', 'vi') }} || ' chỉ tiêu; '
            else 'không quá ' || {{ format_percentage('threshold_pct', 'vi') }} || ' chỉ tiêu; '
        end
        || case
            when is_just_these
                then 'trong danh sách đó: ' || {{ format_bounds('listed_reached_count', 'listed_possible_count', 'vi') }}
            else 'nêu tên ' || cast(reached_count as {{ dbt.type_string() }})
        end
        || case
            when is_just_these and is_loosely_meant and bound_side = 'lower'
                then ' (đúng nếu nói là từ ' || {{ format_percentage('threshold_pct', 'vi') }} || ' trở lên)'
            when is_just_these and is_loosely_meant
                then ' (đúng nếu nói là không quá ' || {{ format_percentage('threshold_pct', 'vi') }} || ')'
            else ''
        end as detail_vi,
        {{ format_bounds('count_low', 'count_high', 'en') }} || ' organisations are said to have reached '
        || case
            when bound_side = 'lower' and is_strict then 'more than '
            when bound_side = 'lower' then 'at least '
            when is_strict then 'less than '
            else 'at most '
        end
        || {{ format_percentage('threshold_pct', 'en') }} || ' of their target; '
        || case
            when is_just_these
                then 'in that list: ' || {{ format_bounds('listed_reached_count', 'listed_possible_count', 'en') }}
            else 'named: ' || cast(reached_count as {{ dbt.type_string() }})
        end
        || case
            when is_just_these and is_loosely_meant and bound_side = 'lower'
                then ' (right if at least ' || {{ format_percentage('threshold_pct', 'en') }} || ' is meant)'
            when is_just_these and is_loosely_meant
                then ' (right if at most ' || {{ format_percentage('threshold_pct', 'en') }} || ' is meant)'
            else ''
        end as detail_en
    from decided

)

select
    {{ comparison_columns() }}
from compared
