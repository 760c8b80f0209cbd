{#- Ranks of organisations that have others below them, from the lowest: grassroots, district, province, national. -#}
{% set ranks = [5, 4, 3, 1] %}
{% set sums = [('quarter', 'month', 3), ('half_year', 'quarter', 2), ('year', 'half_year', 2)] %}
-- Admissions of organisations as the sum of those directly below. A child that states nothing exact itself is taken as the
-- sum of its own children. Where all known children sent in a report, the sum is whole; else it is the least that the whole
-- can be: a publication is never known to name every organisation.
-- A quarter, half-year or year in which the children changed, as in 2025, is whole where its parts are.
-- depends_on: {{ ref('int_roll_ups_changed') }}
{{ config(materialized='incremental', incremental_strategy='append', on_schema_change='fail', pre_hook='{{ forget_roll_ups() }}') }}

with reports as (

    select distinct source_name
    from {{ ref('int_contents_counted') }}
    where publication_id is null

),

combined as (

    select
        combined.organisation_id,
        combined.group_code,
        combined.period_id,
        combined.ends_on,
        combined.admissions_low,
        combined.admissions_high,
        combined.origin_code <> 'bounded' as is_whole,
        reports.source_name is not null as is_reported,
        combined.batch_id
    from {{ ref('int_admissions_combined') }} as combined
    left join reports
        on combined.source_id = reports.source_name
    where
        combined.organisation_id <> 'unknown'
        {% if is_incremental() %}
        and {{ is_in_changed_period('combined.period_id', 'int_roll_ups_changed') }}
        {% endif %}

),

organisations as (

    select
        children.organisation_id,
        children.level_rank,
        children.parent_organisation_id,
        children.valid_from,
        coalesce(children.valid_to, cast('9999-12-31' as date)) as valid_to,
        parents.level_rank as parent_rank,
        children.organisation_id in (
            select others.parent_organisation_id
            from {{ ref('dim_organisations') }} as others
            where others.parent_organisation_id is not null
        ) as is_parent
    from {{ ref('dim_organisations') }} as children
    left join {{ ref('dim_organisations') }} as parents
        on children.parent_organisation_id = parents.organisation_id

),

-- by far the most organisations have nobody below them: they are added up in one go
from_leaves as (

    select
        organisations.parent_organisation_id as organisation_id,
        organisations.parent_rank as level_rank,
        combined.group_code,
        combined.period_id,
        combined.ends_on,
        sum(case when combined.is_whole and {{ stands('combined.ends_on') }} then 1 else 0 end) as reporting_child_count,
        sum(case when combined.is_whole and combined.is_reported and {{ stands('combined.ends_on') }} then 1 else 0 end)
            as whole_child_count,
        sum(combined.admissions_low) as admissions_low,
        case when count(combined.admissions_high) = count(*) then sum(combined.admissions_high) end as admissions_high,
        max(combined.batch_id) as batch_id
    from combined
    inner join organisations
        on combined.organisation_id = organisations.organisation_id
    where not organisations.is_parent and organisations.parent_organisation_id is not null
    group by
        organisations.parent_organisation_id, organisations.parent_rank, combined.group_code, combined.period_id,
        combined.ends_on

),

own as (

    select
        combined.*,
        organisations.level_rank
    from combined
    inner join organisations
        on combined.organisation_id = organisations.organisation_id
    where organisations.is_parent

),

known as (

    select * from {{ ref('int_children_known') }}

),

{% for rank in ranks -%}
added_{{ rank }} as (

    select * from from_leaves
    where level_rank = {{ rank }}
    {% for lower in ranks if lower > rank %}
    union all

    select * from from_{{ lower }}
    where level_rank = {{ rank }}
    {% endfor %}
),

summed_{{ rank }} as (

    select
        added.organisation_id,
        added.group_code,
        added.period_id,
        added.ends_on,
        cast(sum(added.reporting_child_count) as bigint) as reporting_child_count,
        max(known.known_child_count) as known_child_count,
        cast(sum(added.admissions_low) as bigint) as admissions_low,
        cast(
            case
                when
                    count(added.admissions_high) = count(*)
                    and sum(added.whole_child_count) >= max(known.known_child_count)
                    then sum(added.admissions_high)
            end as bigint
        ) as admissions_high,
        coalesce(sum(added.whole_child_count) >= max(known.known_child_count), false) as is_whole,
        max(added.batch_id) as batch_id
    from added_{{ rank }} as added
    left join known
        on added.organisation_id = known.organisation_id and added.ends_on = known.ends_on
    group by added.organisation_id, added.group_code, added.period_id, added.ends_on

),

own_{{ rank }} as (

    select * from own
    where level_rank = {{ rank }}

),

-- what is known of each organisation of this rank: its own count where that is exact, else the sum of those below it
merged_{{ rank }} as (

    select
        coalesce(own.organisation_id, summed.organisation_id) as organisation_id,
        coalesce(own.group_code, summed.group_code) as group_code,
        coalesce(own.period_id, summed.period_id) as period_id,
        coalesce(own.ends_on, summed.ends_on) as ends_on,
        coalesce(own.is_whole, false) or coalesce(summed.is_whole, false) as is_whole,
        coalesce(own.is_whole and own.is_reported, false) or coalesce(summed.is_whole, false) as is_complete,
        case
            when own.admissions_low = own.admissions_high then own.admissions_low
            when summed.is_whole then summed.admissions_low
            else greatest(coalesce(own.admissions_low, 0), coalesce(summed.admissions_low, 0))
        end as admissions_low,
        case
            when own.admissions_low = own.admissions_high then own.admissions_high
            when summed.is_whole then summed.admissions_high
            else own.admissions_high
        end as admissions_high,
        greatest(coalesce(own.batch_id, ''), coalesce(summed.batch_id, '')) as batch_id
    from own_{{ rank }} as own
    full outer join summed_{{ rank }} as summed
        on
            own.organisation_id = summed.organisation_id
            and own.group_code = summed.group_code
            and own.period_id = summed.period_id

),

from_{{ rank }} as (

    select
        organisations.parent_organisation_id as organisation_id,
        organisations.parent_rank as level_rank,
        merged.group_code,
        merged.period_id,
        merged.ends_on,
        sum(case when merged.is_whole and {{ stands('merged.ends_on') }} then 1 else 0 end) as reporting_child_count,
        sum(case when merged.is_complete and {{ stands('merged.ends_on') }} then 1 else 0 end) as whole_child_count,
        sum(merged.admissions_low) as admissions_low,
        case when count(merged.admissions_high) = count(*) then sum(merged.admissions_high) end as admissions_high,
        max(merged.batch_id) as batch_id
    from merged_{{ rank }} as merged
    inner join organisations
        on merged.organisation_id = organisations.organisation_id
    where organisations.parent_organisation_id is not null
    group by
        organisations.parent_organisation_id, organisations.parent_rank, merged.group_code, merged.period_id, merged.ends_on

),

{% endfor -%}
rolled_up as (

    {% for rank in ranks %}
    select * from summed_{{ rank }}
    {% if not loop.last %}
    union all
    {% endif %}
    {% endfor %}

),

calendar as (

    select * from {{ ref('int_calendar_periods') }}

),

{% for kind in ['month', 'quarter', 'half_year', 'year'] -%}
{{ kind }}_children as (

    select
        rolled_up.*,
        calendar.starts_on,
        calendar.quarter_starts_on,
        calendar.half_year_starts_on,
        calendar.year_starts_on
    from rolled_up
    inner join calendar
        on calendar.period_type_code = '{{ kind }}' and rolled_up.period_id = calendar.period_id

),

{% endfor -%}
{% for whole, part, part_count in sums -%}
{{ part }}_of_{{ whole }} as (

    select
        organisation_id,
        group_code,
        starts_on,
        {{ whole }}_starts_on,
        is_whole,
        admissions_low,
        admissions_high,
        batch_id
    from {{ 'month_children' if part == 'month' else part ~ '_mended' }}
    {% if is_incremental() %}
    union all

    select
        kept.organisation_id,
        kept.group_code,
        kept.starts_on,
        calendar.{{ whole }}_starts_on,
        kept.is_whole,
        kept.admissions_low,
        kept.admissions_high,
        kept.batch_id
    from {{ this }} as kept
    inner join calendar
        on calendar.period_type_code = '{{ part }}' and kept.period_id = calendar.period_id
    where
        kept.period_id not in (select changed.period_id from {{ ref('int_roll_ups_changed') }} as changed)
        and exists (
            select 1
            from {{ whole }}_children as children
            where children.organisation_id = kept.organisation_id and children.starts_on = calendar.{{ whole }}_starts_on
        )
    {% endif %}

),

{{ whole }}_parts as (

    select
        organisation_id,
        group_code,
        {{ whole }}_starts_on as starts_on,
        count(*) = {{ part_count }} and min(case when is_whole then 1 else 0 end) = 1 as is_whole,
        cast(sum(admissions_low) as bigint) as admissions_low,
        cast(case when count(admissions_high) = {{ part_count }} then sum(admissions_high) end as bigint) as admissions_high,
        max(batch_id) as batch_id
    from {{ part }}_of_{{ whole }}
    group by organisation_id, group_code, {{ whole }}_starts_on

),

{{ whole }}_mended as (

    select
        children.organisation_id,
        children.group_code,
        children.period_id,
        children.ends_on,
        children.reporting_child_count,
        children.known_child_count,
        case
            when children.is_whole or parts.organisation_id is null then children.admissions_low
            else greatest(children.admissions_low, parts.admissions_low)
        end as admissions_low,
        case when children.is_whole then children.admissions_high when parts.is_whole then parts.admissions_high end
            as admissions_high,
        children.is_whole or coalesce(parts.is_whole, false) as is_whole,
        greatest(children.batch_id, coalesce(parts.batch_id, '')) as batch_id,
        children.starts_on,
        children.quarter_starts_on,
        children.half_year_starts_on,
        children.year_starts_on
    from {{ whole }}_children as children
    left join {{ whole }}_parts as parts
        on
            children.organisation_id = parts.organisation_id
            and children.group_code = parts.group_code
            and children.starts_on = parts.starts_on

),

{% endfor -%}
united as (

    select
        rolled_up.organisation_id,
        rolled_up.group_code,
        rolled_up.period_id,
        rolled_up.ends_on,
        rolled_up.reporting_child_count,
        rolled_up.known_child_count,
        rolled_up.admissions_low,
        rolled_up.admissions_high,
        rolled_up.is_whole,
        rolled_up.batch_id
    from rolled_up
    left join calendar
        on rolled_up.period_id = calendar.period_id and calendar.period_type_code <> 'month'
    where calendar.period_id is null
    {% for whole, _, _ in sums %}
    union all

    select
        organisation_id,
        group_code,
        period_id,
        ends_on,
        reporting_child_count,
        known_child_count,
        admissions_low,
        admissions_high,
        is_whole,
        batch_id
    from {{ whole }}_mended
    {% endfor %}
)

select
    united.*,
    periods.period_type_code,
    periods.starts_on
from united
inner join {{ ref('dim_periods') }} as periods
    on united.period_id = periods.period_id
