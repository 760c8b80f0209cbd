-- Sub-periods against the period that contains them, for counts that add over time. Periods that overlap are never added.
-- Parts that cover the whole exactly must equal it. A period "since" or "to date" is dated to the day of publication by
-- convention while its real cut-off is often earlier: parts that begin with it and adjoin one another may close it early.
-- Of two documents, one that is dated to its day of publication or was published before its period ended may have stopped
-- counting earlier: it can confirm and bound, but what does not fit it is undecidable.
-- A term begins and ends with congresses in the first and the last year of its name. What lies between the latest day on
-- which it can have begun and the earliest on which it can have ended is surely inside: by the dates of its level or
-- province where they are known, else the years between.
with counts as (

    select counts.*
    from {{ ref('int_counts_selected') }} as counts
    inner join {{ ref('measures') }} as measures
        on counts.measure_code = measures.measure_code
    where
        measures.adds_over_time
        and counts.figure_id is not null
        and counts.starts_on is not null
        and counts.ends_on is not null

),

levels as (

    select
        organisation_id,
        level_code
    from {{ ref('dim_organisations') }}

),

terms as (

    select * from {{ ref('congress_terms') }}

),

wholes as (

    select
        counts.*,
        case
            when counts.period_type_code <> 'term' then counts.starts_on
            else
                coalesce(
                    {{ day_after('coalesce(own_terms.starts_on_latest, level_terms.starts_on_latest)') }},
                    cast({{ dbt.dateadd('year', 1, 'counts.starts_on') }} as date)
                )
        end as surely_from,
        case
            when counts.period_type_code <> 'term' then counts.ends_on
            else
                coalesce(
                    {{ day_before('coalesce(own_terms.ends_on_earliest, level_terms.ends_on_earliest)') }},
                    cast({{ dbt.dateadd('year', -1, 'counts.ends_on') }} as date)
                )
        end as surely_until
    from counts
    left join levels
        on counts.organisation_id = levels.organisation_id
    left join terms as level_terms
        on
            levels.level_code = level_terms.level_code
            and level_terms.unit_code is null
            and counts.starts_on = level_terms.nominal_starts_on
            and counts.ends_on = level_terms.nominal_ends_on
    left join terms as own_terms
        on
            levels.level_code = own_terms.level_code
            and split_part(counts.organisation_id, '-', 1) = own_terms.unit_code
            and counts.starts_on = own_terms.nominal_starts_on
            and counts.ends_on = own_terms.nominal_ends_on

),

contained as (

    select
        wholes.document_id,
        wholes.organisation_id,
        wholes.measure_code,
        wholes.group_code,
        wholes.period_id,
        wholes.period_type_code,
        wholes.starts_on,
        wholes.ends_on,
        wholes.reported_on,
        wholes.figure_id as observed_figure_id,
        wholes.count_low as observed_low,
        wholes.count_high as observed_high,
        parts.document_id as part_document_id,
        parts.period_id as part_period_id,
        parts.starts_on as part_starts_on,
        parts.ends_on as part_ends_on,
        parts.reported_on as part_reported_on,
        parts.figure_id as part_figure_id,
        parts.count_low as part_low,
        parts.count_high as part_high,
        row_number() over (
            partition by wholes.figure_id, wholes.organisation_id, parts.period_id
            order by case when parts.document_id = wholes.document_id then 0 else 1 end, parts.figure_id
        ) as preference
    from wholes
    inner join counts as parts
        on
            wholes.organisation_id = parts.organisation_id
            and wholes.measure_code = parts.measure_code
            and wholes.group_code = parts.group_code
            and {{ period_contains('wholes.surely_from', 'wholes.surely_until', 'parts.starts_on', 'parts.ends_on') }}
            and (wholes.starts_on < parts.starts_on or wholes.ends_on > parts.ends_on)

),

parts as (

    select * from contained
    where preference = 1

),

overlapping as (

    select
        left_parts.observed_figure_id,
        left_parts.organisation_id,
        count(*) as overlap_count
    from parts as left_parts
    inner join parts as right_parts
        on
            left_parts.observed_figure_id = right_parts.observed_figure_id
            and left_parts.organisation_id = right_parts.organisation_id
            and left_parts.part_period_id <> right_parts.part_period_id
            and {{ period_overlaps(
                'left_parts.part_starts_on', 'left_parts.part_ends_on',
                'right_parts.part_starts_on', 'right_parts.part_ends_on'
            ) }}
    group by left_parts.observed_figure_id, left_parts.organisation_id

),

-- parts that overlap are compared one by one, all others together
grouped as (

    select
        parts.*,
        case when overlapping.overlap_count > 0 then parts.part_figure_id else 'all' end as sum_name
    from parts
    left join overlapping
        on parts.observed_figure_id = overlapping.observed_figure_id and parts.organisation_id = overlapping.organisation_id

),

summed as (

    select
        document_id,
        organisation_id,
        measure_code,
        group_code,
        period_id,
        period_type_code,
        starts_on,
        ends_on,
        observed_figure_id,
        observed_low,
        observed_high,
        count(*) as part_count,
        {{ dbt.listagg('part_figure_id', "'|'", 'order by part_figure_id') }} as figure_ids,
        cast(sum(part_low) as bigint) as sum_low,
        cast(case when count(part_high) = count(*) then sum(part_high) end as bigint) as sum_high,
        max(
            case
                when part_document_id = document_id then 0
                when period_type_code in ('since', 'year_to_date') then 1
                when reported_on < ends_on or part_reported_on < part_ends_on then 1
                else 0
            end
        ) = 1 as is_cut_off_uncertain,
        min(part_starts_on) as first_starts_on,
        max(part_ends_on) as last_ends_on,
        sum({{ dbt.datediff('part_starts_on', 'part_ends_on', 'day') }} + 1) as covered_day_count,
        {{ dbt.datediff('min(part_starts_on)', 'max(part_ends_on)', 'day') }} + 1 as spanned_day_count
    from grouped
    group by
        document_id, organisation_id, measure_code, group_code, period_id, period_type_code, starts_on, ends_on,
        observed_figure_id, observed_low, observed_high, sum_name

),

covered as (

    select
        *,
        first_starts_on = starts_on and covered_day_count = spanned_day_count as is_gapless,
        first_starts_on = starts_on and covered_day_count = spanned_day_count and last_ends_on = ends_on as is_cover
    from summed

),

judged as (

    select
        *,
        case
            when is_cover then {{ verdict_if_equal('observed_low', 'observed_high', 'sum_low', 'sum_high') }}
            when
                is_gapless
                and period_type_code in ('since', 'year_to_date')
                and sum_low = sum_high
                and sum_low = observed_low
                and observed_low = observed_high
                then 'confirmed'
            else {{ verdict_if_within('sum_low', 'observed_high') }}
        end as strict_verdict
    from covered

),

decided as (

    select
        *,
        case when strict_verdict = 'contradicted' and is_cut_off_uncertain then 'undecidable' else strict_verdict end as verdict
    from judged

),

compared as (

    select
        'periods_against_whole' as rule_code,
        document_id,
        organisation_id,
        measure_code,
        group_code,
        period_id,
        observed_figure_id,
        {{ join_figures('observed_figure_id', 'figure_ids') }} as figure_ids,
        part_count,
        case when is_cover then part_count end as whole_part_count,
        observed_low,
        observed_high,
        sum_low as expected_low,
        case when is_cover or verdict = 'confirmed' then sum_high end as expected_high,
        case when verdict = 'consistent' then 'other_periods' end as implied_code,
        case when verdict = 'consistent' then greatest(observed_low - sum_high, 0) end as implied_low,
        case when verdict = 'consistent' then observed_high - sum_low end as implied_high,
        verdict,
        case
            when verdict = 'undecidable' then 'cut_off_not_stated'
            when verdict = 'contradicted' and is_cover then 'sum_differs'
            when verdict = 'contradicted' then 'sum_exceeds_whole'
            when is_cover then 'exact_cover'
            when verdict = 'confirmed' then 'cut_off_differs'
            else 'contained_periods'
        end as reason_code,
        cast(null as {{ dbt.type_string() }}) as explanation_code,
        'cả kỳ: ' || {{ format_bounds('observed_low', 'observed_high', 'vi') }}
        || '; ' || cast(part_count as {{ dbt.type_string() }}) || ' kỳ con (đến '
        || {{ format_day('last_ends_on', 'vi') }} || ') cộng lại được '
        || {{ format_bounds('sum_low', 'sum_high', 'vi') }} as detail_vi,
        'the whole period: ' || {{ format_bounds('observed_low', 'observed_high', 'en') }}
        || '; its ' || cast(part_count as {{ dbt.type_string() }}) || ' sub-periods (to '
        || {{ format_day('last_ends_on', 'en') }} || ') add up to '
        || {{ format_bounds('sum_low', 'sum_high', 'en') }} as detail_en
    from decided

)

select
    {{ comparison_columns() }}
from compared
