-- Each dated statement on coverage with the one of the latest earlier day, and when all localities were reached: after the
-- last day below, by the first day at 100 %. What is full of villages and schools together is full of either; what is below
-- of villages is below of both together.
with coverage as (

    select * from {{ ref('int_coverage_bounded') }}
    where counted_on is not null

),

days as (

    -- one statement a day: the narrowest
    select
        *,
        row_number() over (
            partition by organisation_id, group_code, coverage_code, counted_on, case when organisation_id = 'unknown' then document_id end
            order by
                case when without_high is null then 1 else 0 end,
                without_high - without_low,
                case when with_high is null then 1 else 0 end,
                with_high - with_low,
                document_id
        ) as preference
    from coverage

),

followed as (

    select
        organisation_id,
        group_code,
        coverage_code,
        counted_on,
        case when organisation_id = 'unknown' then document_id else 'any' end as document_scope,
    {% for column in ['counted_on', 'document_id', 'with_low', 'with_high', 'without_low', 'without_high'] -%}
    lag({{ column }}) over (
        partition by organisation_id, group_code, coverage_code, case when organisation_id = 'unknown' then document_id end
        order by counted_on
        ) as previous_{{ column }}{{ "," if not loop.last }}
    {% endfor %}
    from days
    where preference = 1

),

contained as (

    select
        parent_code,
        child_code
    from {{ ref('int_code_relations') }}
    where dimension_code = 'group'

),

full_days as (

    select
        organisation_id,
        group_code,
        coverage_code,
        counted_on
    from coverage
    where is_full and organisation_id <> 'unknown'

    union

    select
        coverage.organisation_id,
        contained.child_code as group_code,
        coverage.coverage_code,
        coverage.counted_on
    from coverage
    inner join contained
        on coverage.group_code = contained.parent_code
    where coverage.is_full and coverage.organisation_id <> 'unknown'

),

first_full_days as (

    select
        organisation_id,
        group_code,
        coverage_code,
        min(counted_on) as reached_by
    from full_days
    group by organisation_id, group_code, coverage_code

),

days_below as (

    select
        organisation_id,
        group_code,
        coverage_code,
        counted_on
    from coverage
    where is_below

    union

    select
        coverage.organisation_id,
        contained.parent_code as group_code,
        coverage.coverage_code,
        coverage.counted_on
    from coverage
    inner join contained
        on coverage.group_code = contained.child_code
    where coverage.is_below

),

reached as (

    select
        first_full_days.organisation_id,
        first_full_days.group_code,
        first_full_days.coverage_code,
        first_full_days.reached_by,
        max(days_below.counted_on) as reached_after
    from first_full_days
    left join days_below
        on
            first_full_days.organisation_id = days_below.organisation_id
            and first_full_days.group_code = days_below.group_code
            and first_full_days.coverage_code = days_below.coverage_code
            and first_full_days.reached_by > days_below.counted_on
    group by
        first_full_days.organisation_id, first_full_days.group_code, first_full_days.coverage_code,
        first_full_days.reached_by

),

statements as (

    select * from {{ ref('int_coverage_bounded') }}

)

select
    statements.organisation_id,
    statements.group_code,
    statements.period_id,
    statements.document_id,
    statements.coverage_code,
    statements.counted_on,
    statements.with_low,
    statements.with_high,
    statements.without_low,
    statements.without_high,
    statements.is_full,
    statements.is_below,
    followed.previous_counted_on,
    followed.previous_document_id,
    statements.with_low - followed.previous_with_high as with_change_low,
    statements.with_high - followed.previous_with_low as with_change_high,
    statements.without_low - followed.previous_without_high as without_change_low,
    statements.without_high - followed.previous_without_low as without_change_high,
    reached.reached_after,
    reached.reached_by
from statements
left join followed
    on
        statements.organisation_id = followed.organisation_id
        and statements.group_code = followed.group_code
        and statements.coverage_code = followed.coverage_code
        and statements.counted_on = followed.counted_on
        and (followed.document_scope = 'any' or statements.document_id = followed.document_scope)
left join reached
    on
        statements.organisation_id = reached.organisation_id
        and statements.group_code = reached.group_code
        and statements.coverage_code = reached.coverage_code
