-- A printed number of organisations that reached so much of their target against the organisations of which the attainment is
-- printed. If the words of the number open a list, only that list is looked at; if it is as long as the number, it is of just
-- those organisations, and each of them must have reached it. A number of those that met their target, if it opens no list and
-- there is one only, is no less than the organisations below that are named with 100 % or more.
--
-- Whether an attainment reaches a threshold is decided by what is printed of it, and by what its count and its target may be:
-- 50 % of a target of which 5 are 50 % is a target of 10, and no more than 50 %, although 50.4 % could be printed so. What is
-- known of a target by an assumption, and a number that several organisations have, decides nothing.
with counts as (

    select
        thresholds.*,
        figures.measure_code,
        figures.group_code,
        figures.period_id,
        {{ count_low('figures.value_low', 'figures.is_value_low_open') }} as count_low,
        {{ count_high('figures.value_high', 'figures.is_value_high_open') }} as count_high,
        count(*) over (
            partition by
                thresholds.document_id, thresholds.organisation_id, figures.measure_code, figures.group_code, figures.period_id
        ) as number_count
    from {{ ref('int_thresholds_stated') }} as thresholds
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
        ratios.is_period_assumed
        or count(*) over (partition by ratios.figure_id) > 1 as is_left_open,
        case
            when ratios.is_possible and ratios.is_numerator_known then 100 * ratios.numerator_low
            when ratios.is_possible and ratios.is_base_known then 100 * ratios.implied_count_low
        end as hundredfold_low,
        case
            when ratios.is_possible and ratios.is_numerator_known then 100 * ratios.numerator_low
            when ratios.is_possible and ratios.is_base_known then 100 * ratios.implied_count_high
        end as hundredfold_high,
        case when ratios.is_base_known then ratios.base_low else ratios.implied_base_low end as target_low,
        case when ratios.is_base_known then ratios.base_low else ratios.implied_base_high end as target_high
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
        attainments.organisation_id as named_organisation_id,
        attainments.is_left_open,
        coalesce(
            counts.sentence_number = attainments.sentence_number
            and attainments.char_start between counts.list_starts_at and counts.list_ends_at,
            false
        ) as is_in_list,
        coalesce(
            counts.measure_code = 'organisations_meeting_target'
            and counts.number_count = 1
            and counts.list_ends_at is null
            and counts.organisation_id = attainments.parent_organisation_id
            and counts.group_code = attainments.tier_code,
            false
        ) as is_below,

        -- what is printed of it, and what follows from its count and target, lies on one side of the threshold
        coalesce(
            attainments.pct_low > counts.threshold_pct
            or (
                attainments.pct_low = counts.threshold_pct
                and (attainments.is_pct_low_open or counts.is_strict <> (counts.bound_side = 'lower'))
            ),
            false
        )
        or coalesce(
            attainments.hundredfold_low > {{ multiply_exactly('attainments.target_high', 'counts.threshold_pct') }}
            or (
                attainments.hundredfold_low = {{ multiply_exactly('attainments.target_high', 'counts.threshold_pct') }}
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
            attainments.hundredfold_high < {{ multiply_exactly('attainments.target_low', 'counts.threshold_pct') }}
            or (
                attainments.hundredfold_high = {{ multiply_exactly('attainments.target_low', 'counts.threshold_pct') }}
                and counts.is_strict <> (counts.bound_side = 'upper')
            ),
            false
        ) as is_under,
        coalesce(
            attainments.hundredfold_low = {{ multiply_exactly('attainments.target_low', 'counts.threshold_pct') }}
            and attainments.hundredfold_low = attainments.hundredfold_high
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

-- an organisation of which several percentages are printed is one
reached as (

    select
        count_figure_id,
        organisation_id,
        named_organisation_id,
        min(figure_id) as first_figure_id,
        {{ dbt.listagg('figure_id', "'|'", 'order by figure_id') }} as figure_ids,
        max(case when is_in_list then 1 else 0 end) as is_in_list,
        max(case when is_left_open then 1 else 0 end) as is_left_open,
        max(case when not is_left_open and ((bound_side = 'lower' and is_above) or (bound_side = 'upper' and is_under)) then 1 else 0 end)
            as is_reached,
        max(case when not is_left_open and ((bound_side = 'lower' and is_under) or (bound_side = 'upper' and is_above)) then 1 else 0 end)
            as is_missed,
        max(case when is_just_there then 1 else 0 end) as is_just_there
    from named
    where is_in_list or is_below
    group by count_figure_id, organisation_id, named_organisation_id

),

listed as (

    select
        count_figure_id,
        organisation_id,
        max(is_in_list) = 1 as has_list,
        cast(sum(is_in_list) as bigint) as listed_count,
        max(is_left_open) = 1 as is_any_left_open,
        {{ dbt.listagg('figure_ids', "'|'", 'order by first_figure_id') }} as figure_ids,
        cast(sum(is_reached) as bigint) as reached_count,
        {{ dbt.listagg('case when is_reached = 1 then figure_ids end', "'|'", 'order by first_figure_id') }} as reached_figure_ids,
        cast(sum(1 - is_missed) as bigint) as possible_count,
        cast(sum(case when is_just_there = 1 or is_missed = 0 then 1 else 0 end) as bigint) as just_there_count
    from reached
    group by count_figure_id, organisation_id

),

decided as (

    select
        counts.*,
        listed.reached_count,
        listed.possible_count,
        listed.reached_figure_ids,
        listed.figure_ids,
        listed.has_list
        and not listed.is_any_left_open
        and listed.listed_count = counts.count_low
        and counts.count_low = counts.count_high as is_just_these,
        -- "more than" was said of what is just so much
        counts.is_strict and listed.possible_count < counts.count_low and listed.just_there_count = counts.count_low
            as is_loosely_meant
    from counts
    inner join listed
        on counts.figure_id = listed.count_figure_id and counts.organisation_id = listed.organisation_id

),

judged as (

    select
        *,
        case
            when is_just_these and possible_count < count_low then 'listed_falls_short'
            when reached_count > count_high then 'sum_exceeds_whole'
            when reached_count = count_low and count_low = count_high then 'list_closes'
            when is_just_these then 'bounds_leave_room'
            else 'open_list'
        end as reason_code
    from decided
    where is_just_these or reached_count > 0

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
        {{ join_figures('figure_id', 'case when is_just_these then figure_ids else reached_figure_ids end') }} as figure_ids,
        case when is_just_these then count_low else reached_count end as part_count,
        case when is_just_these then count_low end as whole_part_count,
        count_low as observed_low,
        count_high as observed_high,
        reached_count as expected_low,
        case when is_just_these then possible_count end as expected_high,
        cast(null as {{ dbt.type_string() }}) as implied_code,
        cast(null as bigint) as implied_low,
        cast(null as bigint) as implied_high,
        case
            when reason_code in ('listed_falls_short', 'sum_exceeds_whole') then 'contradicted'
            when reason_code = 'list_closes' then 'confirmed'
            else 'consistent'
        end as verdict,
        reason_code,
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
                then 'trong danh sách đó: ' || {{ format_bounds('reached_count', 'possible_count', 'vi') }}
            else 'nêu tên ' || cast(reached_count as {{ dbt.type_string() }})
        end
        || case
            when is_just_these and is_loosely_meant and bound_side = 'lower'
                then ' (đúng nếu nói là từ ' || {{ format_percentage('threshold_pct', 'vi') }} || ' trở lên)'
            when is_just_these and is_loosely_meant
                then ' (đúng nếu nói là không quá ' || {{ format_percentage('threshold_pct', 'vi') }} || ')'
            else ''
        end as detail_vi,
        'organisations said to have reached '
        || case
            when bound_side = 'lower' and is_strict then 'more than '
            when bound_side = 'lower' then 'at least '
            when is_strict then 'less than '
            else 'at most '
        end
        || {{ format_percentage('threshold_pct', 'en') }} || ' of their target: '
        || {{ format_bounds('count_low', 'count_high', 'en') }} || '; '
        || case
            when is_just_these
                then 'in that list: ' || {{ format_bounds('reached_count', 'possible_count', 'en') }}
            else 'named: ' || cast(reached_count as {{ dbt.type_string() }})
        end
        || case
            when is_just_these and is_loosely_meant and bound_side = 'lower'
                then ' (right if at least ' || {{ format_percentage('threshold_pct', 'en') }} || ' is meant)'
            when is_just_these and is_loosely_meant
                then ' (right if at most ' || {{ format_percentage('threshold_pct', 'en') }} || ' is meant)'
            else ''
        end as detail_en
    from judged

)

select
    {{ comparison_columns() }}
from compared
