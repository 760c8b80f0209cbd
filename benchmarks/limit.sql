-- The limit: the big tables as one would write them by hand for this one lake, straight from its Parquet files. It knows
-- that every observation is an exact count of one commune in one month, that a commune has no organisation below it and
-- stands in one district, and that no two files speak of the same month of the same commune; it tests nothing and declares
-- no keys. Reads the variables `lake` and `organisation_names`, which the product's night has resolved, and the product's
-- dimensions, which are small, from the attached database `product`.
create schema marts;
create schema intermediate;
create schema reports;

create table marts.dim_organisations as from product.marts.dim_organisations;
create table marts.dim_groups as from product.marts.dim_groups;
create table marts.dim_periods as from product.marts.dim_periods;

-- each batch has one moment: as a number it is compared faster than the batch's name
create temp table batches as
select distinct recorded_at, batch_id
from read_parquet(getvariable('lake') || '/files/*.parquet');

create temp table organisations as
select
    cast(row_number() over (order by children.organisation_id) as usmallint) as organisation_number,
    children.organisation_id,
    children.valid_from,
    coalesce(children.valid_to, date '9999-12-31') as valid_to,
    children.level_code,
    parents.organisation_number as parent_number
from marts.dim_organisations as children
left join (
    select organisation_id, cast(row_number() over (order by organisation_id) as usmallint) as organisation_number
    from marts.dim_organisations
) as parents
    on children.parent_organisation_id = parents.organisation_id;

create temp table groups as
select cast(row_number() over () as utinyint) as group_number, group_code from marts.dim_groups;

-- calendar periods, each with the one of the next kind that it lies in
create temp table calendar as
with periods as (

    select
        *,
        case period_type_code when 'month' then 1 when 'quarter' then 3 when 'half_year' then 6 when 'year' then 12 end
            as month_count
    from marts.dim_periods

)

select
    period_id,
    cast(month_count as utinyint) as month_count,
    period_type_code,
    starts_on,
    ends_on,
    case month_count
        when 1 then cast(date_trunc('quarter', starts_on) as date)
        when 3 then make_date(year(starts_on), case when month(starts_on) > 6 then 7 else 1 end, 1)
        when 6 then cast(date_trunc('year', starts_on) as date)
    end as whole_starts_on
from periods
where
    starts_on = last_day(ends_on) + 1 - to_months(cast(month_count as integer))
    and ends_on = last_day(ends_on)
    and month(starts_on) % month_count = case month_count when 1 then 0 else 1 end;

create temp table files as
select
    batch_id,
    file_path,
    row_number() over (partition by file_path order by batch_id) as version_number
from read_parquet(getvariable('lake') || '/files/*.parquet')
qualify row_number() over (partition by file_path order by batch_id desc) = 1;

-- what no batch can speak of yet is left out, and with it most names' second meaning
create temp table names as
select organisation_name, parent_organisation_name, province_name, organisation_id, resolution_code, named_from, named_to
from read_parquet(getvariable('organisation_names'))
where named_from <= (select cast(max(recorded_at) as date) from batches);

create table marts.fct_figures as
select
    observations.figure_id,
    observations.file_path as document_id,
    cast(null as varchar) as publication_id,
    cast(null as varchar) as duplicate_of_figure_id,
    names.organisation_id,
    observations.organisation_name as printed_organisation_name,
    observations.organisation_level as level_code,
    observations.organisation_scope as scope_code,
    observations.parent_organisation_name as printed_parent_name,
    observations.province_name,
    least(observations.ends_on, observations.reported_on) as named_on,
    cast(1 as bigint) as organisation_count,
    names.resolution_code,
    observations.measure_code,
    observations.group_code,
    observations.statement_code,
    calendar.period_id,
    observations.period_type_code,
    observations.starts_on,
    observations.ends_on,
    observations.period_text,
    observations.reported_on,
    observations.printed,
    observations.value,
    cast(null as decimal(18, 6)) as range_high,
    observations.unit,
    observations.qualifier_code,
    observations.value_status as value_status_code,
    observations.value as value_low,
    false as is_value_low_open,
    observations.value as value_high,
    false as is_value_high_open,
    cast(null as decimal(18, 6)) as conventional_low,
    cast(null as decimal(18, 6)) as conventional_high,
    cast(null as decimal(18, 6)) as organisations_total_low,
    cast(null as decimal(18, 6)) as organisations_total_high,
    cast(null as varchar) as note,
    cast(null as varchar) as base_measure_code,
    cast(null as varchar) as base_group_code,
    cast(null as decimal(18, 6)) as base_value,
    cast(null as varchar) as base_period_text,
    cast(null as date) as base_starts_on,
    cast(null as date) as base_ends_on,
    observations.source_name,
    observations.file_path,
    observations.file_sha256,
    observations.locator,
    cast(null as bigint) as char_start,
    cast(null as bigint) as char_end,
    cast(null as boolean) as is_printed_at_place,
    cast(null as varchar) as quotation,
    observations.observation_id,
    files.version_number,
    observations.batch_id,
    observations.recorded_at
from read_parquet(getvariable('lake') || '/observations/*.parquet') as observations
inner join files
    on observations.file_path = files.file_path and observations.batch_id = files.batch_id
inner join calendar
    on calendar.month_count = 1 and observations.starts_on = calendar.starts_on
inner join names
    on
        observations.organisation_name = names.organisation_name
        and observations.parent_organisation_name = names.parent_organisation_name
        and observations.province_name = names.province_name
        and least(observations.ends_on, observations.reported_on) >= names.named_from
        and least(observations.ends_on, observations.reported_on) < names.named_to;

create table marts.fct_admissions as
select
    organisation_id,
    measure_code,
    group_code,
    period_id,
    case when organisation_id = 'unknown' then figure_id else source_name end as source_id,
    document_id,
    publication_id,
    figure_id,
    period_type_code,
    starts_on,
    ends_on,
    named_on,
    cast(value as bigint) as admissions,
    cast(value as bigint) as admissions_low,
    cast(value as bigint) as admissions_high,
    qualifier_code,
    printed,
    true as is_preferred,
    cast(1 as bigint) as source_count,
    source_name,
    file_path,
    file_sha256,
    locator,
    version_number,
    batch_id,
    recorded_at
from marts.fct_figures;

-- what is added up below, as narrow as it can be
create temp table months as
select
    organisations.organisation_number,
    groups.group_number,
    admissions.starts_on,
    cast(admissions.admissions as integer) as admissions,
    admissions.recorded_at
from marts.fct_admissions as admissions
inner join organisations
    on admissions.organisation_id = organisations.organisation_id
inner join groups
    on admissions.group_code = groups.group_code
where admissions.organisation_id <> 'unknown';

-- one row per commune, group and year, with its quarters side by side: a quarter of the groups to find
create temp table years as
select
    organisation_number,
    group_number,
    make_date(year(starts_on), 1, 1) as starts_on,
    sum(admissions) filter (where quarter(starts_on) = 1) as sum_1,
    sum(admissions) filter (where quarter(starts_on) = 2) as sum_2,
    sum(admissions) filter (where quarter(starts_on) = 3) as sum_3,
    sum(admissions) filter (where quarter(starts_on) = 4) as sum_4,
    count(*) filter (where quarter(starts_on) = 1) as count_1,
    count(*) filter (where quarter(starts_on) = 2) as count_2,
    count(*) filter (where quarter(starts_on) = 3) as count_3,
    count(*) filter (where quarter(starts_on) = 4) as count_4,
    max(recorded_at) filter (where quarter(starts_on) = 1) as recorded_at_1,
    max(recorded_at) filter (where quarter(starts_on) = 2) as recorded_at_2,
    max(recorded_at) filter (where quarter(starts_on) = 3) as recorded_at_3,
    max(recorded_at) filter (where quarter(starts_on) = 4) as recorded_at_4
from months
group by all;

create temp macro shift(day, months) as cast(day + to_months(months) as date);

create temp table sums as
select *
from (
    select
        organisation_number,
        group_number,
        unnest([
            {
                'month_count': 3, 'starts_on': starts_on,
                'admissions': sum_1, 'counted': count_1, 'recorded_at': recorded_at_1
            },
            {
                'month_count': 3, 'starts_on': shift(starts_on, 3),
                'admissions': sum_2, 'counted': count_2, 'recorded_at': recorded_at_2
            },
            {
                'month_count': 3, 'starts_on': shift(starts_on, 6),
                'admissions': sum_3, 'counted': count_3, 'recorded_at': recorded_at_3
            },
            {
                'month_count': 3, 'starts_on': shift(starts_on, 9),
                'admissions': sum_4, 'counted': count_4, 'recorded_at': recorded_at_4
            },
            {
                'month_count': 6, 'starts_on': starts_on,
                'admissions': coalesce(sum_1, 0) + coalesce(sum_2, 0), 'counted': count_1 + count_2,
                'recorded_at': greatest(recorded_at_1, recorded_at_2)
            },
            {
                'month_count': 6, 'starts_on': shift(starts_on, 6),
                'admissions': coalesce(sum_3, 0) + coalesce(sum_4, 0), 'counted': count_3 + count_4,
                'recorded_at': greatest(recorded_at_3, recorded_at_4)
            },
            {
                'month_count': 12, 'starts_on': starts_on,
                'admissions': coalesce(sum_1, 0) + coalesce(sum_2, 0) + coalesce(sum_3, 0) + coalesce(sum_4, 0),
                'counted': count_1 + count_2 + count_3 + count_4,
                'recorded_at': greatest(recorded_at_1, recorded_at_2, recorded_at_3, recorded_at_4)
            }
        ], recursive := true)
    from years
)
where counted > 0;

create table intermediate.int_admissions_summed as
select
    organisations.organisation_id,
    groups.group_code,
    calendar.period_id,
    calendar.period_type_code,
    calendar.starts_on,
    calendar.ends_on,
    case when sums.counted = sums.month_count then 'summed' else 'bounded' end as origin_code,
    cast(sums.admissions as bigint) as admissions_low,
    cast(case when sums.counted = sums.month_count then sums.admissions end as bigint) as admissions_high,
    'commune_reports' as source_id,
    batches.batch_id
from sums
inner join organisations
    on sums.organisation_number = organisations.organisation_number
inner join groups
    on sums.group_number = groups.group_number
inner join calendar
    on sums.month_count = calendar.month_count and sums.starts_on = calendar.starts_on
inner join batches
    on sums.recorded_at = batches.recorded_at;

-- how many organisations stand below another on the last day of a period
create temp table known_children as
select
    organisations.parent_number as organisation_number,
    days.ends_on,
    count(*) as known_child_count
from organisations
inner join (select distinct ends_on from marts.dim_periods) as days
    on organisations.valid_from <= days.ends_on and days.ends_on < organisations.valid_to
where organisations.parent_number is not null
group by all;

-- what the children of an organisation come to, and whether that is all of it
create temp macro judge(added) as table
select
    added.* exclude (admissions_high),
    known.known_child_count,
    case when added.reporting_child_count >= known.known_child_count then added.admissions_high end as admissions_high,
    coalesce(added.reporting_child_count >= known.known_child_count, false) as is_whole
from query_table(added) as added
left join known_children as known
    on added.organisation_number = known.organisation_number and added.ends_on = known.ends_on;

-- organisations that are sums themselves, added up for those above them
create temp macro add_up(children) as table
select
    organisations.parent_number as organisation_number,
    children.group_number,
    children.month_count,
    children.starts_on,
    children.ends_on,
    count(*) filter (
        where
        children.is_whole
        and organisations.valid_from <= children.ends_on
        and children.ends_on < organisations.valid_to
    ) as reporting_child_count,
    sum(children.admissions_low) as admissions_low,
    case
        when count(case when children.is_whole then children.admissions_high end) = count(*) then sum(children.admissions_high)
    end as admissions_high,
    max(children.recorded_at) as recorded_at
from query_table(children) as children
inner join organisations
    on children.organisation_number = organisations.organisation_number
group by all;

create temp table below_districts as
select
    organisations.parent_number as organisation_number,
    months.group_number,
    calendar.month_count,
    calendar.starts_on,
    calendar.ends_on,
    count(*) filter (
        where organisations.valid_from <= calendar.ends_on and calendar.ends_on < organisations.valid_to
    ) as reporting_child_count,
    sum(months.admissions) as admissions_low,
    sum(months.admissions) as admissions_high,
    max(months.recorded_at) as recorded_at
from months
inner join organisations
    on months.organisation_number = organisations.organisation_number
inner join calendar
    on calendar.month_count = 1 and months.starts_on = calendar.starts_on
group by all
union all
select
    organisations.parent_number as organisation_number,
    sums.group_number,
    calendar.month_count,
    calendar.starts_on,
    calendar.ends_on,
    count(*) filter (
        where
        sums.counted = sums.month_count
        and organisations.valid_from <= calendar.ends_on
        and calendar.ends_on < organisations.valid_to
    ) as reporting_child_count,
    sum(sums.admissions) as admissions_low,
    case when bool_and(sums.counted = sums.month_count) then sum(sums.admissions) end as admissions_high,
    max(sums.recorded_at) as recorded_at
from sums
inner join organisations
    on sums.organisation_number = organisations.organisation_number
inner join calendar
    on sums.month_count = calendar.month_count and sums.starts_on = calendar.starts_on
group by all;

create temp table districts as from judge('below_districts');
create temp table below_provinces as from add_up('districts');
create temp table provinces as from judge('below_provinces');
create temp table below_country as from add_up('provinces');
create temp table rolled_up as
from judge('below_country')
union all by name
from provinces
union all by name
from districts;

-- a period in which the children changed is whole where its parts are
create temp macro mend(wholes, parts, part_count) as table
with parts as (

    select
        parts.organisation_number,
        parts.group_number,
        calendar.whole_starts_on,
        count(*) = part_count and bool_and(parts.is_whole) as is_whole,
        sum(parts.admissions_low) as admissions_low,
        case when count(parts.admissions_high) = part_count then sum(parts.admissions_high) end as admissions_high,
        max(parts.recorded_at) as recorded_at
    from query_table(parts) as parts
    inner join calendar
        on parts.month_count = calendar.month_count and parts.starts_on = calendar.starts_on
    group by all

)

select
    wholes.organisation_number,
    wholes.group_number,
    wholes.month_count,
    wholes.starts_on,
    wholes.ends_on,
    wholes.reporting_child_count,
    wholes.known_child_count,
    case when wholes.is_whole then wholes.admissions_low else greatest(wholes.admissions_low, parts.admissions_low) end
        as admissions_low,
    case when wholes.is_whole then wholes.admissions_high when parts.is_whole then parts.admissions_high end as admissions_high,
    wholes.is_whole or coalesce(parts.is_whole, false) as is_whole,
    greatest(wholes.recorded_at, parts.recorded_at) as recorded_at
from query_table(wholes) as wholes
left join parts
    on
        wholes.organisation_number = parts.organisation_number
        and wholes.group_number = parts.group_number
        and wholes.starts_on = parts.whole_starts_on;

create temp view rolled_up_months as select * from rolled_up where month_count = 1;
create temp view rolled_up_quarters as select * from rolled_up where month_count = 3;
create temp view rolled_up_half_years as select * from rolled_up where month_count = 6;
create temp view rolled_up_years as select * from rolled_up where month_count = 12;
create temp table mended_quarters as from mend('rolled_up_quarters', 'rolled_up_months', 3);
create temp table mended_half_years as from mend('rolled_up_half_years', 'mended_quarters', 2);
create temp table mended_years as from mend('rolled_up_years', 'mended_half_years', 2);

create table intermediate.int_admissions_rolled_up as
select
    organisations.organisation_id,
    groups.group_code,
    calendar.period_id,
    calendar.ends_on,
    rolled_up.reporting_child_count,
    rolled_up.known_child_count,
    cast(rolled_up.admissions_low as bigint) as admissions_low,
    cast(rolled_up.admissions_high as bigint) as admissions_high,
    rolled_up.is_whole,
    batches.batch_id,
    calendar.period_type_code,
    calendar.starts_on
from (
    from rolled_up_months
    union all by name
    from mended_quarters
    union all by name
    from mended_half_years
    union all by name
    from mended_years
) as rolled_up
inner join organisations
    on rolled_up.organisation_number = organisations.organisation_number
inner join groups
    on rolled_up.group_number = groups.group_number
inner join calendar
    on rolled_up.month_count = calendar.month_count and rolled_up.starts_on = calendar.starts_on
inner join batches
    on rolled_up.recorded_at = batches.recorded_at;

-- as in the product, the report is a view
create view reports.rpt_admissions_by_group_and_period as
with united as (

    select
        organisation_id,
        group_code,
        period_id,
        starts_on,
        ends_on,
        admissions_low,
        admissions_high,
        'stated' as origin_code,
        0 as reporting_child_count,
        cast(null as bigint) as known_child_count,
        cast(null as bigint) as children_admissions_low,
        cast(null as bigint) as children_admissions_high,
        source_id,
        source_count,
        document_id,
        figure_id
    from marts.fct_admissions

    union all

    select
        organisation_id,
        group_code,
        period_id,
        starts_on,
        ends_on,
        admissions_low,
        admissions_high,
        origin_code,
        0 as reporting_child_count,
        null as known_child_count,
        null as children_admissions_low,
        null as children_admissions_high,
        source_id,
        0 as source_count,
        null as document_id,
        null as figure_id
    from intermediate.int_admissions_summed

    union all

    select
        organisation_id,
        group_code,
        period_id,
        starts_on,
        ends_on,
        admissions_low,
        admissions_high,
        case when is_whole then 'rolled_up' else 'bounded' end as origin_code,
        reporting_child_count,
        known_child_count,
        admissions_low as children_admissions_low,
        admissions_high as children_admissions_high,
        null as source_id,
        0 as source_count,
        null as document_id,
        null as figure_id
    from intermediate.int_admissions_rolled_up

),

-- the total that was found in the same way
wholes as (

    select organisation_id, period_id, origin_code, source_id, admissions_low as admissions
    from united
    where group_code = 'all' and admissions_low = admissions_high and origin_code <> 'bounded'

)

select
    united.organisation_id,
    organisations.organisation_name,
    organisations.level_code,
    organisations.province_name,
    united.group_code,
    groups.group_label_vi,
    groups.group_label_en,
    united.period_id,
    periods.period_type_code,
    periods.period_label_vi,
    periods.period_label_en,
    united.starts_on,
    united.ends_on,
    case when united.admissions_low = united.admissions_high then united.admissions_low end as admissions,
    united.admissions_low,
    united.admissions_high,
    united.origin_code,
    wholes.admissions as all_admissions,
    case
        when united.admissions_low = united.admissions_high and wholes.admissions > 0
            then
                cast(
                    0.01 * ((20000 * united.admissions_low + wholes.admissions) // (2 * wholes.admissions)) as decimal(18, 2)
                )
    end as share_of_all_pct,
    united.reporting_child_count,
    united.known_child_count,
    united.children_admissions_low,
    united.children_admissions_high,
    united.source_id,
    united.source_count,
    united.document_id,
    united.figure_id
from united
inner join marts.dim_organisations as organisations
    on united.organisation_id = organisations.organisation_id
inner join marts.dim_groups as groups
    on united.group_code = groups.group_code
inner join marts.dim_periods as periods
    on united.period_id = periods.period_id
left join wholes
    on
        united.organisation_id = wholes.organisation_id
        and united.period_id = wholes.period_id
        and united.origin_code = wholes.origin_code
        and united.source_id is not distinct from wholes.source_id;
