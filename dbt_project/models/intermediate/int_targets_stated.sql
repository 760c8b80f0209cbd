-- Statements of admission targets: as a number, or implied by a count and the percentage of the target that it is said to
-- be. A number that a later version of its file changed stands here as it was, too.
--
-- What is implied by a count of part of a year is the target of the year: an assumption, and marked as one.
with figures as (

    select * from {{ ref('int_figures_attributed') }}

),

current_statements as (

    select
        counts.organisation_id,
        counts.group_code,
        counts.period_type_code,
        counts.starts_on,
        counts.ends_on,
        counts.period_id,
        counts.document_id,
        counts.figure_id,
        'stated' as target_origin_code,
        false as is_target_period_assumed,
        true as is_latest_of_file,
        figures.version_number,
        counts.reported_on as stated_on,
        figures.recorded_at,
        counts.count_low as target_low,
        counts.count_high as target_high
    from {{ ref('int_counts_stated') }} as counts
    inner join figures
        on counts.figure_id = figures.figure_id and counts.organisation_id = figures.organisation_id
    where counts.measure_code = 'admission_target'

),

former_statements as (

    select
        figures.organisation_id,
        figures.group_code,
        figures.period_type_code,
        figures.starts_on,
        figures.ends_on,
        figures.period_id,
        figures.document_id,
        figures.figure_id,
        'stated' as target_origin_code,
        false as is_target_period_assumed,
        false as is_latest_of_file,
        observations.version_number,
        coalesce(observations.reported_on, figures.reported_on) as stated_on,
        observations.recorded_at,
        cast(
            case
                when qualifiers.bound_side = 'both' then observations.value
                when qualifiers.bound_side = 'lower' and qualifiers.is_strict then floor(observations.value) + 1
                when qualifiers.bound_side = 'lower' then ceil(observations.value)
                else 0
            end as bigint
        ) as target_low,
        cast(
            case
                when qualifiers.bound_side = 'both' then coalesce(observations.range_high, observations.value)
                when qualifiers.bound_side = 'upper' and qualifiers.is_strict then ceil(observations.value) - 1
                when qualifiers.bound_side = 'upper' then floor(observations.value)
            end as bigint
        ) as target_high
    from {{ ref('int_observations_versioned') }} as observations
    inner join figures
        on
            observations.figure_id = figures.figure_id
            and observations.measure_code = figures.measure_code
            and observations.group_code = figures.group_code
            and observations.statement_code = figures.statement_code
            and observations.organisation_name is not distinct from figures.organisation_name
            and observations.starts_on is not distinct from figures.starts_on
            and observations.ends_on is not distinct from figures.ends_on
    inner join {{ ref('qualifiers') }} as qualifiers
        on observations.qualifier_code = qualifiers.qualifier_code
    where
        not observations.is_current
        and observations.measure_code = 'admission_target'
        and observations.statement_code in ('level', 'part_of_ratio')
        and figures.duplicate_of_figure_id is null

),

percentages as (

    select
        ratios.organisation_id,
        ratios.base_group_code as group_code,
        ratios.document_id,
        ratios.figure_id,
        figures.version_number,
        figures.reported_on as stated_on,
        figures.recorded_at,
        coalesce(figures.base_starts_on, ratios.starts_on) as starts_on,
        case
            when figures.base_starts_on is not null then figures.base_ends_on
            when ratios.period_type_code in ('year', 'term', 'multi_year') then ratios.ends_on
            when
                ratios.period_type_code in ('year_to_date', 'months_to_date', 'half_year')
                and {{ begins_a_year('ratios.starts_on') }}
                then {{ day_before(dbt.dateadd('year', 1, 'ratios.starts_on')) }}
        end as ends_on,
        case
            when figures.base_starts_on is not null then 'multi_year'
            when ratios.period_type_code in ('term', 'multi_year') then ratios.period_type_code
            else 'year'
        end as long_period_type_code,
        figures.base_starts_on is null and ratios.period_type_code not in ('year', 'term', 'multi_year') as is_target_period_assumed,
        figures.base_value is not null as is_target_printed,
        case when figures.base_value is not null then ratios.base_low else coalesce(ratios.implied_base_low, 0) end
            as target_low,
        case when figures.base_value is not null then ratios.base_high else ratios.implied_base_high end as target_high
    from {{ ref('int_ratios_tested') }} as ratios
    inner join figures
        on ratios.figure_id = figures.figure_id and ratios.organisation_id = figures.organisation_id
    where
        ratios.statement_code in ('attainment', 'excess_over_target')
        and ratios.base_measure_code = 'admission_target'
        and ratios.base_figure_ids is null
        and (ratios.base_low is not null or ratios.implied_base_low is not null or ratios.implied_base_high is not null)

),

implied_periods as (

    select
        *,
        case
            when
                extract(year from starts_on) = extract(year from ends_on)
                and {{ begins_a_year('starts_on') }}
                and {{ ends_a_year('ends_on') }}
                then 'year'
            else long_period_type_code
        end as period_type_code
    from percentages
    where starts_on is not null and ends_on is not null and coalesce(target_low <= target_high, true)

),

implied_statements as (

    select
        organisation_id,
        group_code,
        period_type_code,
        starts_on,
        ends_on,
        {{ surrogate_key(['period_type_code', 'starts_on', 'ends_on']) }} as period_id,
        document_id,
        figure_id,
        case when is_target_printed then 'stated' else 'implied' end as target_origin_code,
        is_target_period_assumed,
        true as is_latest_of_file,
        version_number,
        stated_on,
        recorded_at,
        target_low,
        target_high
    from implied_periods

),

statements as (

    select * from current_statements

    union all

    select * from former_statements

    union all

    select * from implied_statements

),

keyed as (

    -- targets of an organisation that is not known are never taken for one another
    select
        *,
        {{ surrogate_key([
            'organisation_id', 'group_code', 'period_id', "case when organisation_id = 'unknown' then figure_id end",
        ]) }} as target_key
    from statements

),

preferred as (

    -- one row per figure and version: both sides of a printed ratio may be the same target
    select
        *,
        row_number() over (
            partition by target_key, figure_id, version_number, is_latest_of_file
            order by target_origin_code desc, case when target_high is null then 1 else 0 end, target_high - target_low, target_low
        ) as preference,
        max(case when target_origin_code = 'stated' then 1 else 0 end) over (partition by target_key) = 1 as has_stated
    from keyed

)

select
    target_key,
    organisation_id,
    group_code,
    period_id,
    period_type_code,
    starts_on,
    ends_on,
    document_id,
    figure_id,
    target_origin_code,
    is_target_period_assumed,
    is_latest_of_file,
    version_number,
    stated_on,
    recorded_at,
    target_low,
    target_high
from preferred
where preference = 1 and (target_origin_code = 'stated' or not has_stated)
