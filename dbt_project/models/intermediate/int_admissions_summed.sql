{#- Each kind of calendar period, the kind that it consists of, and of how many. -#}
{% set sums = [('quarter', 'month', 3), ('half_year', 'quarter', 2), ('year', 'half_year', 2)] %}
-- Admissions of calendar periods that no source states exactly: what two counts of a year from the same day leave between
-- them, a count of the same days under another type of period, and sums. Three months cover a quarter, two quarters a
-- half-year, two half-years a year; nothing overlaps. A sum of all parts is as exact as they are; a sum of some is the least
-- that the whole can be.
-- depends_on: {{ ref('int_admissions_changed') }}
-- depends_on: {{ ref('dim_periods') }}
{{ config(materialized='incremental', incremental_strategy='append', on_schema_change='fail', pre_hook='{{ forget_sums() }}') }}

with calendar as (

    select * from {{ ref('int_calendar_periods') }}

),

{% if is_incremental() -%}
affected as (

    select * from {{ ref('int_admissions_changed') }}

),

affected_years as (

    select distinct
        organisation_id,
        year
    from affected

),

{% endif -%}
stated as (

    {{ stated_admissions('1 = 1') }}

),

-- numbers for the texts that every step hands on: DuckDB compares texts slowly, and keeps one for every sum
origins as (

    select
        source_id,
        batch_id,
        dense_rank() over (order by source_id) as source_number,
        dense_rank() over (order by batch_id) as batch_number
    from stated
    group by source_id, batch_id

),

longer as (

    {{ stated_admissions("admissions.period_type_code not in ('month', 'multi_year', 'term', 'instant')") }}

),

-- counts that begin on the same day: each leaves what lies between the end of the one before and its own
sequenced as (

    select
        *,
        lag(ends_on) over counts_from_one_day as former_ends_on,
        lag(admissions_low) over counts_from_one_day as former_low,
        lag(admissions_high) over counts_from_one_day as former_high,
        lag(batch_id) over counts_from_one_day as former_batch_id
    from longer
    window counts_from_one_day as (
        partition by organisation_id, group_code, source_id, starts_on
        order by ends_on, period_type_code
    )

),

intervals as (

    select
        organisation_id,
        group_code,
        source_id,
        batch_id,
        period_type_code,
        starts_on,
        ends_on,
        admissions_low,
        admissions_high,
        'stated' as origin_code
    from longer

    union all

    select
        organisation_id,
        group_code,
        source_id,
        greatest(batch_id, former_batch_id) as batch_id,
        cast(null as {{ dbt.type_string() }}) as period_type_code,
        {{ day_after('former_ends_on') }} as starts_on,
        ends_on,
        greatest(admissions_low - former_high, 0) as admissions_low,
        admissions_high - former_low as admissions_high,
        'difference' as origin_code
    from sequenced
    where former_ends_on < ends_on and former_high is not null and coalesce(admissions_high - former_low, 0) >= 0

),

-- one per calendar period: an exact one first, then one that is stated under the period's own type
placed as (

    select
        intervals.*,
        calendar.period_type_code as calendar_type_code,
        case
            when intervals.origin_code = 'difference' then 'difference'
            when intervals.period_type_code = calendar.period_type_code then 'stated'
            else 'same_days'
        end as calendar_origin_code,
        row_number() over (
            partition by intervals.organisation_id, intervals.group_code, calendar.period_id
            order by
                case when intervals.admissions_low = intervals.admissions_high then 0 else 1 end,
                case when intervals.period_type_code = calendar.period_type_code then 0 else 1 end,
                intervals.origin_code desc,
                intervals.admissions_high - intervals.admissions_low,
                intervals.source_id,
                intervals.period_type_code,
                intervals.admissions_low,
                intervals.batch_id
        ) as preference
    from intervals
    inner join calendar
        on intervals.starts_on = calendar.starts_on and intervals.ends_on = calendar.ends_on

),

known as (

    select
        placed.organisation_id,
        placed.group_code,
        origins.source_number,
        origins.batch_number,
        placed.calendar_type_code as period_type_code,
        placed.calendar_origin_code as origin_code,
        placed.starts_on,
        placed.admissions_low,
        placed.admissions_high
    from placed
    inner join origins
        on placed.source_id = origins.source_id and placed.batch_id = origins.batch_id
    where placed.preference = 1

),

month_stated as {{ inlined() }} (

    {{ stated_admissions("admissions.period_type_code = 'month'") }}

),

month_known as (

    select known.*
    from known
    left join month_stated
        on
            known.organisation_id = month_stated.organisation_id
            and known.group_code = month_stated.group_code
            and known.starts_on = month_stated.starts_on
    where known.period_type_code = 'month' and month_stated.organisation_id is null

),

month_all as (

    select
        month_stated.organisation_id,
        month_stated.group_code,
        origins.source_number,
        origins.batch_number,
        'stated' as origin_code,
        month_stated.starts_on,
        month_stated.admissions_low,
        month_stated.admissions_high,
        true as is_whole
    from month_stated
    inner join calendar
        on
            calendar.period_type_code = 'month'
            and month_stated.starts_on = calendar.starts_on
            and month_stated.ends_on = calendar.ends_on
    inner join origins
        on month_stated.source_id = origins.source_id and month_stated.batch_id = origins.batch_id

    union all

    select
        organisation_id,
        group_code,
        source_number,
        batch_number,
        origin_code,
        starts_on,
        admissions_low,
        admissions_high,
        true as is_whole
    from month_known

),

{% for whole, part, part_count in sums -%}
{{ whole }}_known as (

    select * from known
    where period_type_code = '{{ whole }}'

),

{{ whole }}_summed as (

    select
        parts.organisation_id,
        parts.group_code,
        case when min(parts.source_number) = max(parts.source_number) then min(parts.source_number) end as source_number,
        max(parts.batch_number) as batch_number,
        calendar.{{ whole }}_starts_on as starts_on,
        cast(sum(parts.admissions_low) as bigint) as admissions_low,
        cast(sum(parts.admissions_high) as bigint) as admissions_high,
        count(*) = {{ part_count }}
        and count(parts.admissions_high) = {{ part_count }}
        and min(case when parts.is_whole then 1 else 0 end) = 1 as is_whole
    from {{ part }}_all as parts
    inner join calendar
        on calendar.period_type_code = '{{ part }}' and parts.starts_on = calendar.starts_on
    group by parts.organisation_id, parts.group_code, calendar.{{ whole }}_starts_on

),

-- the sum beside what is known otherwise; either may be missing
{{ whole }}_compared as (

    select
        summed.source_number,
        summed.batch_number,
        summed.admissions_low,
        summed.admissions_high,
        summed.is_whole,
        known.origin_code,
        known.source_number as known_source_number,
        known.batch_number as known_batch_number,
        known.admissions_low as known_low,
        known.admissions_high as known_high,
        coalesce(summed.organisation_id, known.organisation_id) as organisation_id,
        coalesce(summed.group_code, known.group_code) as group_code,
        coalesce(summed.starts_on, known.starts_on) as starts_on,
        -- what is known without adding counts, unless it is vague and the sum is whole
        known.origin_code is not null
        and (coalesce(known.admissions_low = known.admissions_high, false) or not coalesce(summed.is_whole, false))
            as is_known_better
    from {{ whole }}_summed as summed
    full join {{ whole }}_known as known
        on
            summed.organisation_id = known.organisation_id
            and summed.group_code = known.group_code
            and summed.starts_on = known.starts_on

),

{{ whole }}_all as (

    select
        organisation_id,
        group_code,
        case when is_known_better then known_source_number else source_number end as source_number,
        case when is_known_better then known_batch_number else batch_number end as batch_number,
        case when is_known_better then origin_code when is_whole then 'summed' else 'bounded' end as origin_code,
        starts_on,
        case when is_known_better then known_low else admissions_low end as admissions_low,
        case when is_known_better then known_high when is_whole then admissions_high end as admissions_high,
        is_known_better or is_whole as is_whole
    from {{ whole }}_compared

),

{% endfor -%}
united as (

    select
        'month' as period_type_code,
        organisation_id,
        group_code,
        source_number,
        batch_number,
        origin_code,
        starts_on,
        admissions_low,
        admissions_high
    from month_known
    {% for whole, _, _ in sums %}
    union all

    select
        '{{ whole }}' as period_type_code,
        organisation_id,
        group_code,
        source_number,
        batch_number,
        origin_code,
        starts_on,
        admissions_low,
        admissions_high
    from {{ whole }}_all
    where origin_code <> 'stated'
    {% endfor %}
),

sources as (

    select distinct
        source_number,
        source_id
    from origins

),

batches as (

    select distinct
        batch_number,
        batch_id
    from origins

)

select
    united.organisation_id,
    united.group_code,
    calendar.period_id,
    united.period_type_code,
    united.starts_on,
    calendar.ends_on,
    united.origin_code,
    united.admissions_low,
    united.admissions_high,
    sources.source_id,
    batches.batch_id
from united
inner join calendar
    on united.period_type_code = calendar.period_type_code and united.starts_on = calendar.starts_on
inner join batches
    on united.batch_number = batches.batch_number
left join sources
    on united.source_number = sources.source_number
{% if is_incremental() -%}
inner join affected
    on united.organisation_id = affected.organisation_id and calendar.period_id = affected.period_id
{%- endif %}
