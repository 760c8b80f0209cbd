-- How many organisations stand directly below each one on the last day of a period: those who could have reported.
with organisations as (

    select * from {{ ref('dim_organisations') }}

),

days as (

    select distinct ends_on
    from {{ ref('dim_periods') }}
    where ends_on is not null

)

select
    organisations.parent_organisation_id as organisation_id,
    days.ends_on,
    count(*) as known_child_count
from organisations
inner join days
    on
        organisations.valid_from <= days.ends_on
        and (organisations.valid_to is null or organisations.valid_to > days.ends_on)
where organisations.parent_organisation_id is not null
group by organisations.parent_organisation_id, days.ends_on
