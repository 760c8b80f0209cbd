-- int_organisation_areas takes as many steps upwards as there are levels: one more level, and the highest areas would be
-- short of all organisations at the bottom, in silence.
{{ config(meta={'dagster': {'ref': {'name': 'int_organisation_areas'}}}) }}

select
    areas.organisation_id,
    parents.parent_organisation_id
from {{ ref('int_organisation_areas') }} as areas
inner join {{ ref('dim_organisations') }} as parents
    on areas.area_organisation_id = parents.organisation_id
left join {{ ref('int_organisation_areas') }} as above
    on
        areas.organisation_id = above.organisation_id
        and parents.parent_organisation_id = above.area_organisation_id
where parents.parent_organisation_id is not null and above.area_organisation_id is null
