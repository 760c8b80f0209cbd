-- Targets with their versions, what was admitted so far, and where the straight line through it ends: admitted * all days /
-- days so far. Whether that reaches the target is decided by multiplying crosswise; the whole numbers shown are rounded
-- outwards. What is missing is spread over the months left; a month that has begun counts.
with targets as (

    select * from {{ ref('int_targets_versioned') }}

),

counted as (

    select
        targets.*,
        admissions.counted_from,
        admissions.counted_until,
        admissions.admissions_low,
        admissions.admissions_high,
        admissions.is_count_whole,
        admissions.count_origin_code,
        admissions.document_id as admissions_document_id,
        cast({{ dbt.datediff('targets.starts_on', 'targets.ends_on', 'day') }} + 1 as bigint) as day_count,
        cast({{ dbt.datediff('targets.starts_on', 'admissions.counted_until', 'day') }} + 1 as bigint) as elapsed_day_count,
        {{ day_after('admissions.counted_until') }} as rest_starts_on
    from targets
    left join {{ ref('int_admissions_accumulated') }} as admissions
        on
            targets.organisation_id = admissions.organisation_id
            and targets.group_code = admissions.group_code
            and targets.starts_on = admissions.target_starts_on
            and targets.ends_on = admissions.target_ends_on

),

projected as (

    select
        *,
        {{ divide_down('admissions_low * day_count', 'elapsed_day_count') }} as expected_admissions_low,
        {{ divide_up('admissions_high * day_count', 'elapsed_day_count') }} as expected_admissions_high,
        case when admissions_low is not null then greatest(target_low - coalesce(admissions_high, target_low), 0) end
            as remaining_low,
        case when target_high is not null and admissions_low is not null then greatest(target_high - admissions_low, 0) end
            as remaining_high,
        cast(
            12 * (extract(year from ends_on) - extract(year from rest_starts_on))
            + extract(month from ends_on) - extract(month from rest_starts_on) + 1 as bigint
        ) as remaining_month_count,
        case
            when admissions_low is null then 'not_counted'
            when admissions_low >= target_high then 'reached'
            when counted_until = ends_on and admissions_high < target_low then 'missed'
            when counted_until < ends_on and admissions_low * day_count >= target_high * elapsed_day_count then 'on_pace'
            when counted_until < ends_on and admissions_high * day_count < target_low * elapsed_day_count then 'behind'
            else 'undecidable'
        end as pace_code
    from counted

)

select
    -- ids
    {{ surrogate_key(['projected.target_key', 'projected.target_version_number']) }} as target_attainment_id,
    projected.organisation_id,
    organisations.organisation_name,
    organisations.level_code,
    organisations.province_name,
    projected.group_code,
    projected.period_id,
    projected.period_type_code,
    projected.starts_on,
    projected.ends_on,

    -- the target
    projected.target_version_number as version_number,
    projected.is_current,
    projected.is_order_known,
    projected.valid_from,
    projected.valid_to,
    projected.target_origin_code,
    projected.is_target_period_assumed,
    case when projected.target_low = projected.target_high then projected.target_low end as target,
    projected.target_low,
    projected.target_high,
    projected.statement_count,
    projected.document_id,
    projected.figure_id,
    projected.recorded_at,

    -- so far
    projected.counted_from,
    projected.counted_until,
    case when projected.admissions_low = projected.admissions_high then projected.admissions_low end as admissions,
    projected.admissions_low,
    projected.admissions_high,
    projected.is_count_whole,
    projected.count_origin_code,
    projected.admissions_document_id,
    {{ percentage_down('projected.admissions_low', 'projected.target_high') }} as attained_low_pct,
    {{ percentage_up('projected.admissions_high', 'projected.target_low') }} as attained_high_pct,

    -- the pace
    projected.elapsed_day_count,
    projected.day_count,
    projected.expected_admissions_low,
    projected.expected_admissions_high,
    projected.remaining_low,
    projected.remaining_high,
    projected.remaining_month_count,
    case
        when projected.remaining_month_count > 0
            then {{ divide_up('projected.remaining_low', 'projected.remaining_month_count') }}
    end as needed_per_month_low,
    case
        when projected.remaining_month_count > 0
            then {{ divide_up('projected.remaining_high', 'projected.remaining_month_count') }}
    end as needed_per_month_high,
    projected.pace_code
from projected
left join {{ ref('dim_organisations') }} as organisations
    on projected.organisation_id = organisations.organisation_id
