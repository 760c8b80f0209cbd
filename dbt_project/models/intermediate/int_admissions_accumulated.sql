-- What was admitted so far in the period of a target. A count is whole if it starts with the target and has no gap: one
-- number from the first day, or months, quarters and years that follow one another. If there is none, the largest count
-- inside the period is a lower bound: who was admitted outside it is not known.
with targets as (

    select distinct
        organisation_id,
        group_code,
        starts_on,
        ends_on
    from {{ ref('int_targets_versioned') }}
    where organisation_id <> 'unknown' and starts_on <= ends_on

),

wanted as (

    select
        organisation_id,
        group_code,
        min(starts_on) as starts_on,
        max(ends_on) as ends_on
    from targets
    group by organisation_id, group_code

),

{% for side, table in [('own', 'int_admissions_combined'), ('rolled_up', 'int_admissions_rolled_up')] -%}
{{ side }} as (

    select admissions.*
    from {{ ref(table) }} as admissions
    inner join wanted
        on admissions.organisation_id = wanted.organisation_id and admissions.group_code = wanted.group_code

),

{% endfor -%}
united as (

    {{ united_admissions('own', 'rolled_up') }}

),

admissions as (

    select
        admissions.organisation_id,
        admissions.group_code,
        admissions.starts_on,
        admissions.ends_on,
        admissions.admissions_low,
        admissions.admissions_high,
        admissions.document_id,
        cast(extract(year from admissions.starts_on) as bigint) as start_year,
        cast(extract(year from admissions.ends_on) as bigint) as end_year,
        case
            when
                extract(day from admissions.starts_on) = 1
                and extract(day from {{ day_after('admissions.ends_on') }}) = 1
                and extract(year from admissions.starts_on) = extract(year from admissions.ends_on)
                then cast(extract(month from admissions.ends_on) - extract(month from admissions.starts_on) + 1 as bigint)
        end as month_count
    from united as admissions
    inner join wanted
        on
            admissions.organisation_id = wanted.organisation_id
            and admissions.group_code = wanted.group_code
            and admissions.starts_on >= wanted.starts_on
            and admissions.ends_on <= wanted.ends_on

),

since_new_year as (

    select
        organisation_id,
        group_code,
        start_year as year,
        ends_on,
        admissions_low,
        admissions_high,
        document_id,
        'stated' as count_origin_code
    from admissions
    where start_year = end_year and {{ begins_a_year('starts_on') }}

    union all

    select
        organisation_id,
        group_code,
        start_year as year,
        max(ends_on) as ends_on,
        cast(sum(admissions_low) as bigint) as admissions_low,
        cast(case when count(admissions_high) = count(*) then sum(admissions_high) end as bigint) as admissions_high,
        case when min(document_id) = max(document_id) then min(document_id) end as document_id,
        'summed' as count_origin_code
    from admissions
    where month_count in (1, 3) and (extract(month from starts_on) - 1) % month_count = 0
    group by organisation_id, group_code, start_year, month_count
    having count(*) > 1 and count(*) * month_count = max(extract(month from ends_on))

),

years as (

    select
        *,
        row_number() over (
            partition by organisation_id, group_code, year
            order by
                ends_on desc,
                case when admissions_high is null then 1 else 0 end,
                admissions_high - admissions_low,
                count_origin_code
        ) as preference
    from since_new_year

),

added_years as (

    select
        targets.organisation_id,
        targets.group_code,
        targets.starts_on as target_starts_on,
        targets.ends_on as target_ends_on,
        years.ends_on as counted_until,
        case when years.year = extract(year from targets.starts_on) then years.document_id end as document_id,
        case when years.year = extract(year from targets.starts_on) then years.count_origin_code else 'summed' end
            as count_origin_code,
        sum(years.admissions_low) over so_far as admissions_low,
        case when count(years.admissions_high) over so_far = count(*) over so_far then sum(years.admissions_high) over so_far end
            as admissions_high,
        {{ begins_a_year('targets.starts_on') }}
        and years.year - extract(year from targets.starts_on)
        = coalesce(
            sum(case when {{ ends_a_year('years.ends_on') }} then 1 else 0 end)
                over (
                    partition by targets.organisation_id, targets.group_code, targets.starts_on, targets.ends_on
                    order by years.year
                    rows between unbounded preceding and 1 preceding
                ),
            0
        ) as is_count_whole
    from targets
    inner join years
        on
            targets.organisation_id = years.organisation_id
            and targets.group_code = years.group_code
            and years.preference = 1
            and years.year >= extract(year from targets.starts_on)
            and targets.ends_on >= years.ends_on
            and (years.year > extract(year from targets.starts_on) or extract(month from targets.starts_on) = 1)
    window so_far as (
        partition by targets.organisation_id, targets.group_code, targets.starts_on, targets.ends_on
        order by years.year
        rows between unbounded preceding and current row
    )

),

single_counts as (

    select
        targets.organisation_id,
        targets.group_code,
        targets.starts_on as target_starts_on,
        targets.ends_on as target_ends_on,
        admissions.starts_on as counted_from,
        admissions.ends_on as counted_until,
        admissions.document_id,
        'stated' as count_origin_code,
        admissions.admissions_low,
        admissions.admissions_high,
        admissions.starts_on = targets.starts_on as is_count_whole
    from targets
    inner join admissions
        on
            targets.organisation_id = admissions.organisation_id
            and targets.group_code = admissions.group_code
            and targets.starts_on <= admissions.starts_on
            and targets.ends_on >= admissions.ends_on

),

candidates as (

    select
        organisation_id,
        group_code,
        target_starts_on,
        target_ends_on,
        counted_from,
        counted_until,
        document_id,
        count_origin_code,
        cast(admissions_low as bigint) as admissions_low,
        cast(case when is_count_whole then admissions_high end as bigint) as admissions_high,
        is_count_whole
    from single_counts

    union all

    select
        organisation_id,
        group_code,
        target_starts_on,
        target_ends_on,
        case when is_count_whole then target_starts_on end as counted_from,
        counted_until,
        document_id,
        count_origin_code,
        cast(admissions_low as bigint) as admissions_low,
        cast(case when is_count_whole then admissions_high end as bigint) as admissions_high,
        is_count_whole
    from added_years

),

ranked as (

    select
        *,
        row_number() over (
            partition by organisation_id, group_code, target_starts_on, target_ends_on
            order by
                case when is_count_whole then 0 else 1 end,
                case when is_count_whole then counted_until end desc,
                case when is_count_whole and admissions_high is null then 1 else 0 end,
                case when is_count_whole then admissions_high - admissions_low end,
                admissions_low desc,
                counted_until desc,
                count_origin_code,
                counted_from,
                document_id
        ) as preference
    from candidates

)

select
    organisation_id,
    group_code,
    target_starts_on,
    target_ends_on,
    counted_from,
    counted_until,
    admissions_low,
    admissions_high,
    is_count_whole,
    count_origin_code,
    document_id
from ranked
where preference = 1
