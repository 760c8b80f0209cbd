-- How many findings opened, were resolved and were still open, week by week. A week begins on Monday in Vietnam; the last one
-- is that of the newest batch, so that a build does not depend on the day it is made. A line that was never found has no rows.
with spans as (

    select
        *,
        cast({{ dbt.date_trunc('week', 'opened_on') }} as date) as opened_week,
        cast({{ dbt.date_trunc('week', 'resolved_on') }} as date) as resolved_week
    from {{ ref('int_findings_spanned') }}

),

last_weeks as (

    select cast({{ dbt.date_trunc('week', day_in_vietnam('max(recorded_at)')) }} as date) as last_week
    from {{ ref('int_files_versioned') }}

),

lines as (

    select
        spans.rule_code,
        spans.province_name,
        min(spans.opened_week) as first_week,
        max(last_weeks.last_week) as last_week
    from spans
    cross join last_weeks
    group by spans.rule_code, spans.province_name

),

weeks as (

    select
        lines.rule_code,
        lines.province_name,
        cast({{ dbt.dateadd('day', '7 * (numbers.whole_number - 1)', 'lines.first_week') }} as date) as week_starts_on
    from lines
    inner join {{ ref('int_whole_numbers') }} as numbers
        on lines.last_week >= cast({{ dbt.dateadd('day', '7 * (numbers.whole_number - 1)', 'lines.first_week') }} as date)

),

counted as (

    select
        weeks.rule_code,
        weeks.province_name,
        weeks.week_starts_on,
        count(case when spans.opened_week = weeks.week_starts_on then 1 end) as opened_count,
        count(case when spans.resolved_week = weeks.week_starts_on then 1 end) as resolved_count,
        count(case when coalesce(spans.resolved_week > weeks.week_starts_on, true) then 1 end) as open_count
    from weeks
    inner join spans
        on
            weeks.rule_code = spans.rule_code
            and weeks.province_name is not distinct from spans.province_name
            and weeks.week_starts_on >= spans.opened_week
    group by weeks.rule_code, weeks.province_name, weeks.week_starts_on

),

resolutions as (

    select
        rule_code,
        province_name,
        resolved_week,
        {{ dbt.datediff('opened_on', 'resolved_on', 'day') }} as days_open,
        row_number() over (
            partition by rule_code, province_name, resolved_week
            order by {{ dbt.datediff('opened_on', 'resolved_on', 'day') }}, finding_id, opened_at
        ) as place,
        count(*) over (partition by rule_code, province_name, resolved_week) as resolution_count
    from spans
    where resolved_week is not null

),

medians as (

    select
        rule_code,
        province_name,
        resolved_week,
        -- of an even number, the one in the middle lies between two
        cast((min(days_open) + max(days_open)) * 0.5 as decimal(18, 1)) as median_days_to_resolve
    from resolutions
    where 2 * place between resolution_count and resolution_count + 2
    group by rule_code, province_name, resolved_week

)

select
    -- ids
    {{ surrogate_key(['counted.rule_code', 'counted.province_name', 'counted.week_starts_on']) }} as trend_id,
    counted.rule_code,
    counted.province_name,

    -- when
    counted.week_starts_on,
    cast({{ dbt.dateadd('day', 6, 'counted.week_starts_on') }} as date) as week_ends_on,

    -- findings
    counted.opened_count,
    counted.resolved_count,
    counted.open_count,
    medians.median_days_to_resolve
from counted
left join medians
    on
        counted.rule_code = medians.rule_code
        and counted.province_name is not distinct from medians.province_name
        and counted.week_starts_on = medians.resolved_week
