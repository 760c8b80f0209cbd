-- The limit: the final tables as one would write them by hand for this one lake, straight from its Parquet files. It knows
-- that every observation is an exact count of one commune in one month without a publication, tests nothing and declares no
-- keys. Reads the variables `lake`, `seeds` and `organisation_names`, which the product's night has resolved.
create schema marts;
create schema reports;

create table marts.dim_organisations as
select
    names.organisation_id,
    date '1930-02-03' as valid_from,
    case when names.level_code in ('district', 'district_equivalent') then date '2025-07-01' end as valid_to,
    names.resolved_name as organisation_name,
    names.level_code,
    cast(levels.rank as integer) as level_rank,
    coalesce(levels.is_territorial, false) as is_territorial,
    names.parent_organisation_id,
    names.resolved_province_name as province_name
from (
    select distinct organisation_id, resolved_name, level_code, parent_organisation_id, resolved_province_name
    from read_parquet(getvariable('organisation_names'))
    where organisation_id <> 'unknown'
    union all
    select 'unknown', 'không xác định được', null, null, null
) as names
left join read_csv(getvariable('seeds') || '/organisation_levels.csv') as levels
    on names.level_code = levels.level_code;

create table marts.dim_groups as
select group_code, facet_code, label_vi as group_label_vi, label_en as group_label_en, is_total, description
from read_csv(getvariable('seeds') || '/groups.csv');

create table marts.fct_figures as
with files as (

    select
        batch_id,
        file_path,
        row_number() over (partition by file_path order by batch_id) as version_number,
        count(*) over (partition by file_path) as version_count
    from read_parquet(getvariable('lake') || '/files/*.parquet')

),

names as (

    select distinct
        organisation_name,
        parent_organisation_name,
        province_name,
        organisation_id,
        resolution_code
    from read_parquet(getvariable('organisation_names'))
    where organisation_name is not null

)

select
    observations.figure_id,
    observations.file_path as document_id,
    observations.publication_id,
    observations.duplicate_of_figure_id,
    names.organisation_id,
    observations.organisation_name as printed_organisation_name,
    observations.organisation_level as level_code,
    observations.organisation_scope as scope_code,
    observations.parent_organisation_name as printed_parent_name,
    observations.province_name,
    1::bigint as organisation_count,
    names.resolution_code,
    observations.measure_code,
    observations.group_code,
    observations.statement_code,
    md5(concat_ws('|', observations.period_type_code, observations.starts_on, observations.ends_on)) as period_id,
    observations.period_type_code,
    observations.starts_on,
    observations.ends_on,
    observations.period_text,
    observations.reported_on,
    observations.printed,
    observations.value,
    observations.value_high as range_high,
    observations.unit,
    observations.qualifier_code,
    observations.value_status as value_status_code,
    observations.value as value_low,
    false as is_value_low_open,
    observations.value as value_high,
    false as is_value_high_open,
    null::decimal(18, 6) as conventional_low,
    null::decimal(18, 6) as conventional_high,
    null::decimal(18, 6) as organisations_total_low,
    null::decimal(18, 6) as organisations_total_high,
    observations.note,
    observations.base_measure_code,
    observations.base_group_code,
    observations.base_value,
    observations.base_period_text,
    observations.base_starts_on,
    observations.base_ends_on,
    observations.source_name,
    observations.file_path,
    observations.file_sha256,
    observations.locator,
    observations.char_start,
    observations.char_end,
    null::boolean as is_printed_at_place,
    null::varchar as quotation,
    observations.observation_id,
    files.version_number,
    observations.batch_id,
    observations.recorded_at
from read_parquet(getvariable('lake') || '/observations/*.parquet') as observations
inner join files
    on
        observations.batch_id = files.batch_id
        and observations.file_path = files.file_path
        and files.version_number = files.version_count
inner join names
    on
        observations.organisation_name = names.organisation_name
        and observations.parent_organisation_name = names.parent_organisation_name
        and observations.province_name = names.province_name;

create table marts.dim_periods as
select
    period_id,
    period_type_code,
    starts_on,
    ends_on,
    true as is_dated,
    false as is_instant,
    year(starts_on)::integer as year,
    ends_on - starts_on + 1 as day_count,
    strftime(starts_on, '%d/%m/%Y') || ' – ' || strftime(ends_on, '%d/%m/%Y') as period_label_vi,
    starts_on || ' – ' || ends_on as period_label_en
from (select distinct period_id, period_type_code, starts_on, ends_on from marts.fct_figures);

create table marts.fct_admissions as
with sourced as (

    select
        *,
        case when organisation_id = 'unknown' then figure_id else document_id end as source_id,
        value::bigint as admissions
    from marts.fct_figures

)

select
    md5(concat_ws('|', organisation_id, measure_code, group_code, period_id, source_id)) as admissions_id,
    organisation_id,
    measure_code,
    group_code,
    period_id,
    source_id,
    document_id,
    publication_id,
    figure_id,
    period_type_code,
    starts_on,
    ends_on,
    admissions,
    admissions as admissions_low,
    admissions as admissions_high,
    qualifier_code,
    printed,
    source_name,
    file_path,
    file_sha256,
    locator,
    version_number,
    batch_id,
    recorded_at
from sourced
qualify row_number() over (partition by organisation_id, group_code, period_id, source_id order by figure_id) = 1;

create table reports.rpt_admissions_by_group_and_period as
with chosen as (

    select
        *,
        count(*) over same_count as source_count
    from marts.fct_admissions
    window same_count as (
        partition by organisation_id, group_code, period_id, case when organisation_id = 'unknown' then source_id end
    )
    qualify row_number() over (
        partition by organisation_id, group_code, period_id, case when organisation_id = 'unknown' then source_id end
        order by figure_id
    ) = 1

),

children as (

    select
        organisations.parent_organisation_id as organisation_id,
        chosen.group_code,
        chosen.period_id,
        count(*) as reporting_child_count,
        sum(chosen.admissions)::bigint as admissions
    from chosen
    inner join marts.dim_organisations as organisations
        on chosen.organisation_id = organisations.organisation_id
    where chosen.organisation_id <> 'unknown'
    group by all

),

known_children as (

    select parent_organisation_id as organisation_id, count(*) as known_child_count
    from marts.dim_organisations
    group by all

)

select
    chosen.admissions_id,
    chosen.organisation_id,
    organisations.organisation_name,
    organisations.level_code,
    organisations.province_name,
    chosen.group_code,
    groups.group_label_vi,
    groups.group_label_en,
    chosen.period_id,
    periods.period_label_vi,
    periods.period_label_en,
    chosen.starts_on,
    chosen.ends_on,
    chosen.admissions,
    chosen.admissions_low,
    chosen.admissions_high,
    wholes.admissions as all_admissions,
    case
        when wholes.admissions > 0
            then (0.01 * ((20000 * chosen.admissions + wholes.admissions) // (2 * wholes.admissions)))::decimal(18, 2)
    end as share_of_all_pct,
    coalesce(children.reporting_child_count, 0) as reporting_child_count,
    coalesce(known_children.known_child_count, 0) as known_child_count,
    children.admissions as children_admissions_low,
    children.admissions as children_admissions_high,
    chosen.source_count,
    chosen.document_id,
    chosen.figure_id
from chosen
inner join marts.dim_organisations as organisations
    on chosen.organisation_id = organisations.organisation_id
inner join marts.dim_groups as groups
    on chosen.group_code = groups.group_code
inner join marts.dim_periods as periods
    on chosen.period_id = periods.period_id
left join marts.fct_admissions as wholes
    on
        chosen.organisation_id = wholes.organisation_id
        and chosen.period_id = wholes.period_id
        and chosen.source_id = wholes.source_id
        and wholes.group_code = 'all'
left join children
    on
        chosen.organisation_id = children.organisation_id
        and chosen.group_code = children.group_code
        and chosen.period_id = children.period_id
left join known_children
    on chosen.organisation_id = known_children.organisation_id;
