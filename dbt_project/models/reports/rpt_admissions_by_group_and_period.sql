-- Admissions of each organisation by group and period, one row however many documents state it: the narrowest count, with
-- the whole of the same document and what the named organisations below come to.
with admissions as (

    select
        *,
        row_number() over (
            partition by organisation_id, group_code, period_id, case when organisation_id = 'unknown' then source_id end
            order by case when admissions_high is null then 1 else 0 end, admissions_high - admissions_low, figure_id
        ) as preference,
        count(*) over (
            partition by organisation_id, group_code, period_id, case when organisation_id = 'unknown' then source_id end
        ) as source_count
    from {{ ref('fct_admissions') }}

),

chosen as (

    select * from admissions
    where preference = 1

),

organisations as (

    select * from {{ ref('dim_organisations') }}

),

children as (

    select
        organisations.parent_organisation_id as organisation_id,
        chosen.group_code,
        chosen.period_id,
        count(*) as reporting_child_count,
        cast(sum(chosen.admissions_low) as bigint) as children_admissions_low,
        cast(case when count(chosen.admissions_high) = count(*) then sum(chosen.admissions_high) end as bigint)
            as children_admissions_high
    from chosen
    inner join organisations
        on chosen.organisation_id = organisations.organisation_id
    where chosen.organisation_id <> 'unknown'
    group by organisations.parent_organisation_id, chosen.group_code, chosen.period_id

),

known_children as (

    select
        parent_organisation_id as organisation_id,
        count(*) as known_child_count
    from organisations
    group by parent_organisation_id

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
    {{ percentage('chosen.admissions', 'wholes.admissions') }} as share_of_all_pct,
    coalesce(children.reporting_child_count, 0) as reporting_child_count,
    coalesce(known_children.known_child_count, 0) as known_child_count,
    children.children_admissions_low,
    children.children_admissions_high,
    chosen.source_count,
    chosen.document_id,
    chosen.figure_id
from chosen
inner join organisations
    on chosen.organisation_id = organisations.organisation_id
inner join {{ ref('dim_groups') }} as groups
    on chosen.group_code = groups.group_code
inner join {{ ref('dim_periods') }} as periods
    on chosen.period_id = periods.period_id
left join {{ ref('fct_admissions') }} as wholes
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
    on chosen.organisation_id = known_children.organisation_id
