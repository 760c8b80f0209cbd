-- Versions of a target. A statement that cannot be the same number as the one before it opens a new version; one that only
-- bounds the last exact number ("over 150" after 200) changes nothing. The order is that of the days of the documents, then
-- of the versions of a file; an undated document stands first, and the order is then not known.
with statements as (

    select
        *,
        row_number() over (
            partition by target_key
            order by
                case when stated_on is null then 0 else 1 end, stated_on, is_latest_of_file, version_number, document_id, figure_id
        ) as statement_number
    from {{ ref('int_targets_stated') }}

),

counted as (

    select
        *,
        sum(case when target_low = target_high then 1 else 0 end) over (
            partition by target_key
            order by statement_number
            rows between unbounded preceding and current row
        ) as exact_count
    from statements

),

remembered as (

    select
        *,
        max(case when target_low = target_high then target_low end) over (partition by target_key, exact_count)
            as last_exact_target
    from counted

),

telling as (

    -- of an inexact statement the last exact number is the one before it
    select
        *,
        lag(target_low) over (partition by target_key order by statement_number) as former_low,
        lag(target_high) over (partition by target_key order by statement_number) as former_high,
        lag(statement_number) over (partition by target_key order by statement_number) as former_number
    from remembered
    where
        target_low = target_high
        or last_exact_target is null
        or last_exact_target < target_low
        or last_exact_target > target_high

),

opened as (

    select
        target_key,
        statement_number
    from telling
    where former_number is null or target_low > former_high or target_high < former_low

),

numbered as (

    select
        statements.*,
        case when opened.statement_number is not null then 1 else 0 end as is_opening
    from statements
    left join opened
        on statements.target_key = opened.target_key and statements.statement_number = opened.statement_number

),

assigned as (

    select
        *,
        cast(
            sum(is_opening) over (
                partition by target_key
                order by statement_number
                rows between unbounded preceding and current row
            ) as bigint
        ) as target_version_number
    from numbered

),

ranked as (

    select
        *,
        row_number() over (
            partition by target_key, target_version_number
            order by
                case when is_latest_of_file then 0 else 1 end,
                case when target_high is null then 1 else 0 end,
                target_high - target_low,
                statement_number
        ) as preference,
        min(stated_on) over (partition by target_key, target_version_number) as valid_from,
        max(case when is_latest_of_file then 1 else 0 end) over (partition by target_key, target_version_number)
            as is_still_stated,
        count(*) over (partition by target_key, target_version_number) as statement_count,
        max(case when stated_on is null then 1 else 0 end) over (partition by target_key) as has_undated
    from assigned

),

versions as (

    select
        *,
        max(target_version_number) over (partition by target_key) as version_count,
        max(case when is_still_stated = 1 then target_version_number end) over (partition by target_key) as current_number,
        lead(valid_from) over (partition by target_key order by target_version_number) as next_valid_from
    from ranked
    where preference = 1

)

select
    target_key,
    organisation_id,
    group_code,
    period_id,
    period_type_code,
    starts_on,
    ends_on,
    target_version_number,
    target_version_number = current_number as is_current,
    version_count = 1 or has_undated = 0 as is_order_known,
    valid_from,
    case when target_version_number < current_number then next_valid_from end as valid_to,
    target_origin_code,
    is_target_period_assumed,
    target_low,
    target_high,
    statement_count,
    document_id,
    figure_id,
    recorded_at
from versions
