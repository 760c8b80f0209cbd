-- Does what is set year by year add up to what the term's resolution set? Consecutive terms share a year: the first year of
-- a term may still belong to the term before, so that its target counts in the upper bound of the sum and not in the lower.
-- A term 2020-2025 has five years of its own, a plan "2022-2025" four.
with targets as (

    select
        *,
        cast(extract(year from starts_on) as bigint) as start_year,
        cast(extract(year from ends_on) as bigint) as end_year
    from {{ ref('int_targets_versioned') }}
    where is_current and organisation_id <> 'unknown' and starts_on <= ends_on

),

terms as (

    select
        *,
        case when period_type_code = 'term' then start_year + 1 else start_year end as first_own_year
    from targets
    where period_type_code in ('term', 'multi_year') and start_year < end_year

),

years as (

    select
        terms.target_key,
        targets.start_year as year,
        targets.target_low,
        targets.target_high,
        targets.target_origin_code,
        targets.start_year >= terms.first_own_year as is_own_year
    from terms
    inner join targets
        on
            terms.organisation_id = targets.organisation_id
            and terms.group_code = targets.group_code
            and targets.period_type_code = 'year'
            and terms.starts_on <= targets.starts_on
            and terms.ends_on >= targets.ends_on

),

summed as (

    select
        target_key,
        count(case when is_own_year then year end) as year_target_count,
        count(case when is_own_year and target_origin_code = 'implied' then year end) as implied_year_target_count,
        max(case when not is_own_year then 1 else 0 end) = 1 as has_shared_year_target,
        cast(coalesce(sum(case when is_own_year then target_low end), 0) as bigint) as year_targets_low,
        cast(case when count(target_high) = count(*) then sum(target_high) end as bigint) as year_targets_high
    from years
    group by target_key

),

compared as (

    select
        terms.*,
        terms.end_year - terms.first_own_year + 1 as year_count,
        coalesce(summed.year_target_count, 0) as year_target_count,
        coalesce(summed.implied_year_target_count, 0) as implied_year_target_count,
        coalesce(summed.has_shared_year_target, false) as has_shared_year_target,
        coalesce(summed.year_targets_low, 0) as year_targets_low,
        case when summed.target_key is null then 0 else summed.year_targets_high end as year_targets_high
    from terms
    left join summed
        on terms.target_key = summed.target_key

),

gaps as (

    select
        *,
        year_count - year_target_count as missing_year_count,
        target_low - year_targets_high as gap_low,
        target_high - year_targets_low as gap_high
    from compared

)

select
    gaps.target_key as term_target_id,
    gaps.organisation_id,
    organisations.organisation_name,
    organisations.level_code,
    organisations.province_name,
    gaps.group_code,
    gaps.period_id,
    gaps.period_type_code,
    gaps.starts_on,
    gaps.ends_on,
    gaps.target_origin_code,
    gaps.target_low,
    gaps.target_high,
    gaps.year_count,
    gaps.year_target_count,
    gaps.implied_year_target_count,
    gaps.has_shared_year_target,
    gaps.year_targets_low,
    gaps.year_targets_high,
    gaps.gap_low,
    gaps.gap_high,
    case
        when gaps.missing_year_count > 0
            then {{ divide_up('greatest(coalesce(gaps.gap_low, 0), 0)', 'gaps.missing_year_count') }}
    end as needed_per_missing_year_low,
    case
        when gaps.missing_year_count > 0 and gaps.gap_high is not null
            then {{ divide_up('greatest(gaps.gap_high, 0)', 'gaps.missing_year_count') }}
    end as needed_per_missing_year_high,
    case
        when gaps.gap_high <= 0 then 'reaches_term'
        when gaps.missing_year_count > 0 then 'years_missing'
        when gaps.gap_low > 0 then 'falls_short'
        else 'undecidable'
    end as term_sum_code,
    gaps.document_id,
    gaps.figure_id
from gaps
left join {{ ref('dim_organisations') }} as organisations
    on gaps.organisation_id = organisations.organisation_id
