-- Which organisation stands above which, and whether directly, so that the figures below are part of the sum: one without an
-- area that is only known to lie in a province may stand below a district there. Since 1 July 2025 there are no districts.
with organisations as (

    select * from {{ ref('dim_organisations') }}

)

select
    children.organisation_id,
    children.parent_organisation_id,
    children.level_code,
    children.is_territorial or children.level_rank = parents.level_rank + 1 as is_direct,
    parents.level_code = 'province' and children.level_code in ('commune', 'grassroots') as is_direct_since_reform
from organisations as children
inner join organisations as parents
    on children.parent_organisation_id = parents.organisation_id
