-- The same thing stated twice: marked as a repetition, printed twice in one document, or in two publications. Two
-- publications that count up to different days do not contradict each other.
with figures as (

    select * from {{ ref('int_figures_attributed') }}
    where organisation_id <> 'unknown' and measure_code <> 'unclassified'

),

paired as (

    select
        later.figure_id as observed_figure_id,
        later.document_id,
        later.organisation_id,
        later.measure_code,
        later.group_code,
        later.period_id,
        earlier.figure_id as other_figure_id,
        earlier.document_id <> later.document_id as is_other_document,
        later.printed as later_printed,
        later.value_low,
        later.value_high,
        later.is_value_low_open,
        later.is_value_high_open,
        earlier.printed as earlier_printed,
        earlier.value_low as other_low,
        earlier.value_high as other_high,
        earlier.is_value_low_open as is_other_low_open,
        earlier.is_value_high_open as is_other_high_open,
        later.value = earlier.value and later.qualifier_code <> earlier.qualifier_code as is_only_qualifier_different,
        (later.starts_on is null and later.ends_on is null) as is_undated,
        -- another document may have stopped counting earlier
        earlier.document_id <> later.document_id
        and (
            later.period_type_code in ('since', 'year_to_date')
            or (
                later.period_type_code <> 'instant'
                and (later.reported_on < later.ends_on or earlier.reported_on < earlier.ends_on)
            )
        ) as is_cut_off_uncertain
    from figures as later
    inner join figures as earlier
        on
            later.organisation_id = earlier.organisation_id
            and (
                later.duplicate_of_figure_id = earlier.figure_id
                or (
                    later.duplicate_of_figure_id is null
                    and earlier.duplicate_of_figure_id is null
                    and later.figure_id > earlier.figure_id
                    and later.measure_code = earlier.measure_code
                    and later.group_code = earlier.group_code
                    and later.statement_code = earlier.statement_code
                    and later.unit = earlier.unit
                    and later.period_id = earlier.period_id
                    and coalesce(later.base_measure_code, '') = coalesce(earlier.base_measure_code, '')
                    and coalesce(later.base_group_code, '') = coalesce(earlier.base_group_code, '')
                    and coalesce(later.base_starts_on, later.starts_on)
                    is not distinct from coalesce(earlier.base_starts_on, earlier.starts_on)
                    and coalesce(later.base_period_text, '') = coalesce(earlier.base_period_text, '')
                )
            )

),

decided as (

    select
        *,
        coalesce(value_low > other_high, false)
        or coalesce(other_low > value_high, false)
        or coalesce(value_low = other_high and (is_value_low_open or is_other_high_open), false)
        or coalesce(other_low = value_high and (is_other_low_open or is_value_high_open), false) as is_disjoint,
        coalesce(
            value_low = other_low
            and value_high = other_high
            and is_value_low_open = is_other_low_open
            and is_value_high_open = is_other_high_open,
            false
        ) as is_same
    from paired

),

compared as (

    select
        'repeated_figure' as rule_code,
        document_id,
        organisation_id,
        measure_code,
        group_code,
        period_id,
        observed_figure_id,
        {{ join_figures('other_figure_id', 'observed_figure_id') }} as figure_ids,
        cast(null as bigint) as part_count,
        cast(null as bigint) as whole_part_count,
        value_low as observed_low,
        value_high as observed_high,
        other_low as expected_low,
        other_high as expected_high,
        cast(null as {{ dbt.type_string() }}) as implied_code,
        cast(null as bigint) as implied_low,
        cast(null as bigint) as implied_high,
        case
            when is_same then 'confirmed'
            when is_only_qualifier_different then 'consistent'
            when is_disjoint and (is_undated or is_cut_off_uncertain) then 'undecidable'
            when is_disjoint then 'contradicted'
            else 'consistent'
        end as verdict,
        case
            when is_same and is_other_document then 'publications_agree'
            when is_same then 'repetition_agrees'
            when is_only_qualifier_different then 'qualifier_differs'
            when is_disjoint and is_undated then 'period_not_stated'
            when is_disjoint and is_cut_off_uncertain then 'cut_off_not_stated'
            when is_disjoint then 'values_differ'
            else 'bounds_leave_room'
        end as reason_code,
        cast(null as {{ dbt.type_string() }}) as explanation_code,
        'in hai lần: ' || coalesce(earlier_printed, '–') || ' và ' || coalesce(later_printed, '–')
        || case when is_only_qualifier_different then ', từ hạn định khác nhau' else '' end as detail_vi,
        'printed twice: ' || coalesce(earlier_printed, '–') || ' and ' || coalesce(later_printed, '–')
        || case when is_only_qualifier_different then ', with different qualifiers' else '' end as detail_en
    from decided

)

select
    {{ comparison_columns() }}
from compared
