-- Each version of a unit, cut where the unit above it or its province becomes another version: Huế became a city while its
-- communes stayed what they were.
with units as (

    select
        unit_id,
        unit_code,
        parent_code,
        level,
        valid_from,
        valid_to
    from {{ ref('dim_administrative_units') }}

),

parents as (

    select
        units.unit_id,
        parents.unit_id as parent_unit_id,
        parents.parent_code as grandparent_code,
        parents.level as parent_level,
        greatest(units.valid_from, parents.valid_from) as valid_from,
        case
            when units.valid_to is null or parents.valid_to < units.valid_to then parents.valid_to
            else units.valid_to
        end as valid_to
    from units
    inner join units as parents
        on
            units.parent_code = parents.unit_code
            and (units.valid_to is null or units.valid_to > parents.valid_from)
            and (parents.valid_to is null or units.valid_from < parents.valid_to)

),

grandparents as (

    select
        parents.unit_id,
        grandparents.unit_id as grandparent_unit_id,
        greatest(parents.valid_from, grandparents.valid_from) as valid_from,
        case
            when parents.valid_to is null or grandparents.valid_to < parents.valid_to then grandparents.valid_to
            else parents.valid_to
        end as valid_to
    from parents
    inner join units as grandparents
        on
            parents.grandparent_code = grandparents.unit_code
            and (parents.valid_to is null or parents.valid_to > grandparents.valid_from)
            and (grandparents.valid_to is null or parents.valid_from < grandparents.valid_to)

),

days as (

    select
        unit_id,
        valid_from as changed_on
    from units
    union
    select
        unit_id,
        valid_to as changed_on
    from units
    union
    select
        unit_id,
        valid_from as changed_on
    from parents
    union
    select
        unit_id,
        valid_to as changed_on
    from parents
    union
    select
        unit_id,
        valid_from as changed_on
    from grandparents
    union
    select
        unit_id,
        valid_to as changed_on
    from grandparents

),

spans as (

    select
        unit_id,
        changed_on as span_from,
        lead(changed_on) over (partition by unit_id order by changed_on) as span_to
    from days
    where changed_on is not null

)

select
    spans.unit_id,
    spans.span_from,
    spans.span_to,
    parents.parent_unit_id,
    case
        when units.level = 'province' then units.unit_id
        when parents.parent_level = 'province' then parents.parent_unit_id
        else grandparents.grandparent_unit_id
    end as province_id
from spans
inner join units
    on
        spans.unit_id = units.unit_id
        and (units.valid_to is null or spans.span_from < units.valid_to)
left join parents
    on
        spans.unit_id = parents.unit_id
        and spans.span_from >= parents.valid_from
        and spans.span_from < coalesce(parents.valid_to, cast('9999-12-31' as date))
left join grandparents
    on
        spans.unit_id = grandparents.unit_id
        and spans.span_from >= grandparents.valid_from
        and spans.span_from < coalesce(grandparents.valid_to, cast('9999-12-31' as date))
