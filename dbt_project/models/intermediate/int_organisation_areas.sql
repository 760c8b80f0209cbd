{#- From a cell to the Party as a whole: each step leads to an organisation of a higher one of the six levels. -#}
{% set steps = [1, 2, 3, 4, 5] %}
-- Every organisation with itself and with all organisations above it: the areas that it counts for.
with above_0 as (

    select
        organisation_id,
        organisation_id as area_organisation_id,
        parent_organisation_id
    from {{ ref('dim_organisations') }}

),

{% for step in steps -%}
above_{{ step }} as (

    select
        below.organisation_id,
        areas.organisation_id as area_organisation_id,
        areas.parent_organisation_id
    from above_{{ step - 1 }} as below
    inner join {{ ref('dim_organisations') }} as areas
        on below.parent_organisation_id = areas.organisation_id

),

{% endfor -%}
areas as (

    select * from above_0
    {%- for step in steps %}
    union all
    select * from above_{{ step }}
    {%- endfor %}

)

select
    organisation_id,
    area_organisation_id
from areas
