-- Which organisation stands above which, and whether directly: a commune whose district is not named hangs below its
-- province in the tree, but the province's figure is the sum of its districts. Since 1 July 2025 there are no districts.
with organisations as (

    select distinct
        names.organisation_id,
        names.parent_organisation_id,
        names.level_code,
        levels.rank as level_rank
    from {{ ref('stg_derived__organisation_names') }} as names
    inner join {{ ref('organisation_levels') }} as levels
        on names.level_code = levels.level_code
    where names.organisation_id <> 'unknown'

)

select
    children.organisation_id,
    children.parent_organisation_id,
    children.level_code,
    children.level_rank = parents.level_rank + 1
    or (parents.level_code = 'national' and children.level_code = 'province') as is_direct,
    parents.level_code = 'province' and children.level_code in ('commune', 'grassroots') as is_direct_since_reform
from organisations as children
inner join organisations as parents
    on children.parent_organisation_id = parents.organisation_id
