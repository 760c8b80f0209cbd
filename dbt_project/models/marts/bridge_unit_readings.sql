-- What a count of one unit is a count of on any other day. The changes of units are followed forward and backward in time;
-- a unit that lies whole in one unit of the day reads as that unit, so that merged communes add up; a unit whose area lies
-- in several is read as partial, with all of them, and is never divided.
with recursive units as (

    select * from {{ ref('dim_administrative_units') }}

),

changes as (

    select
        earlier.unit_id as earlier_unit_id,
        later.unit_id as later_unit_id,
        changes.kind
    from {{ ref('bridge_unit_changes') }} as changes
    inner join units as earlier
        on
            changes.old_code = earlier.unit_code
            and changes.changed_on = earlier.valid_to
    inner join units as later
        on
            changes.new_code = later.unit_code
            and changes.changed_on = later.valid_from

),

-- a district has no successor: the units that its communes went into took over
abolished_districts as (

    select distinct
        districts.unit_id as earlier_unit_id,
        changes.later_unit_id
    from units as districts
    inner join units as communes
        on
            districts.unit_code = communes.parent_code
            and districts.valid_to = communes.valid_to
    inner join changes
        on communes.unit_id = changes.earlier_unit_id
    left join changes as own_changes
        on districts.unit_id = own_changes.earlier_unit_id
    where
        districts.level = 'district'
        and own_changes.earlier_unit_id is null

),

steps as (

    select
        earlier_unit_id as from_unit_id,
        later_unit_id as to_unit_id,
        1 as direction,
        1 as may_be_added
    from changes

    union all

    -- its communes are counted too: a district that became one commune must not be added to them
    select
        earlier_unit_id as from_unit_id,
        later_unit_id as to_unit_id,
        1 as direction,
        0 as may_be_added
    from abolished_districts

    union all

    select
        later_unit_id as from_unit_id,
        earlier_unit_id as to_unit_id,
        -1 as direction,
        1 as may_be_added
    from changes

),

paths as (

    select
        unit_id,
        unit_id as reached_unit_id,
        0 as direction,
        1 as may_be_added
    from units

    union all

    select
        paths.unit_id,
        steps.to_unit_id as reached_unit_id,
        steps.direction,
        paths.may_be_added * steps.may_be_added as may_be_added
    from paths
    inner join steps
        on
            paths.reached_unit_id = steps.from_unit_id
            and (paths.direction = 0 or paths.direction = steps.direction)

),

reached as (

    select
        unit_id,
        reached_unit_id,
        direction,
        min(may_be_added) as may_be_added
    from paths
    group by unit_id, reached_unit_id, direction

),

-- where the changes do not say, or do not say for the whole of a unit, where it went or came from
known_steps as (

    select
        units.unit_id,
        units.valid_from,
        units.valid_to,
        max(case when changes.kind = 'full' then 1 else 0 end) as is_whole,
        count(changes.later_unit_id) as later_count
    from units
    left join changes
        on units.unit_id = changes.earlier_unit_id
    group by units.unit_id, units.valid_from, units.valid_to

),

unknown_futures as (

    select
        known_steps.unit_id,
        known_steps.valid_to as lost_from
    from known_steps
    left join abolished_districts
        on known_steps.unit_id = abolished_districts.earlier_unit_id
    where
        known_steps.valid_to is not null
        and known_steps.is_whole = 0
        and known_steps.later_count < 2
        and abolished_districts.earlier_unit_id is null

),

unknown_pasts as (

    select
        units.unit_id,
        units.valid_from as lost_to
    from units
    left join changes
        on units.unit_id = changes.later_unit_id
    where
        changes.later_unit_id is null
        and units.valid_from > cast('1900-01-01' as date)

),

places as (

    select
        reached.unit_id,
        reached.reached_unit_id as candidate_unit_id,
        reached.may_be_added,
        spans.span_from as place_from,
        spans.span_to as place_to,
        spans.parent_unit_id,
        spans.province_id
    from reached
    inner join {{ ref('int_unit_spans') }} as spans
        on reached.reached_unit_id = spans.unit_id

    union all

    select
        reached.unit_id,
        cast(null as {{ dbt.type_string() }}) as candidate_unit_id,
        0 as may_be_added,
        unknown_futures.lost_from as place_from,
        cast(null as date) as place_to,
        cast(null as {{ dbt.type_string() }}) as parent_unit_id,
        cast(null as {{ dbt.type_string() }}) as province_id
    from reached
    inner join unknown_futures
        on reached.reached_unit_id = unknown_futures.unit_id
    where reached.direction >= 0

    union all

    select
        reached.unit_id,
        cast(null as {{ dbt.type_string() }}) as candidate_unit_id,
        0 as may_be_added,
        cast('1900-01-01' as date) as place_from,
        unknown_pasts.lost_to as place_to,
        cast(null as {{ dbt.type_string() }}) as parent_unit_id,
        cast(null as {{ dbt.type_string() }}) as province_id
    from reached
    inner join unknown_pasts
        on reached.reached_unit_id = unknown_pasts.unit_id
    where reached.direction <= 0

),

days as (

    select
        unit_id,
        place_from as changed_on
    from places
    union
    select
        unit_id,
        place_to as changed_on
    from places

),

intervals as (

    select
        unit_id,
        changed_on as reading_from,
        lead(changed_on) over (partition by unit_id order by changed_on) as reading_to
    from days
    where changed_on is not null

),

candidates as (

    select
        intervals.unit_id,
        intervals.reading_from,
        intervals.reading_to,
        places.candidate_unit_id,
        units.unit_name as candidate_name,
        min(places.may_be_added) as may_be_added,
        min(places.parent_unit_id) as parent_unit_id,
        min(places.province_id) as province_id
    from intervals
    inner join places
        on
            intervals.unit_id = places.unit_id
            and intervals.reading_from >= places.place_from
            and (places.place_to is null or intervals.reading_from < places.place_to)
    left join units
        on places.candidate_unit_id = units.unit_id
    group by
        intervals.unit_id, intervals.reading_from, intervals.reading_to, places.candidate_unit_id, units.unit_name

),

counted as (

    select
        unit_id,
        reading_from,
        reading_to,
        count(*) = 1 and min(may_be_added) = 1 as is_one_unit,
        min(candidate_unit_id) as first_unit_id,
        {{ dbt.listagg('candidate_unit_id', "'|'", 'order by candidate_unit_id') }} as candidate_unit_ids,
        {{ dbt.listagg('candidate_name', "'|'", 'order by candidate_unit_id') }} as candidate_unit_names,
        case
            when min(parent_unit_id) = max(parent_unit_id) and count(parent_unit_id) = count(*) then min(parent_unit_id)
        end as common_parent_id,
        case
            when min(province_id) = max(province_id) and count(province_id) = count(*)
                then min(province_id)
        end as common_province_id
    from candidates
    group by unit_id, reading_from, reading_to

)

select
    unit_id,
    reading_from,
    reading_to,
    case
        when is_one_unit and first_unit_id = unit_id then 'same'
        when is_one_unit then 'full'
        else 'partial'
    end as reading_code,
    case when is_one_unit then first_unit_id end as reading_unit_id,
    case when not is_one_unit then candidate_unit_ids end as candidate_unit_ids,
    case when not is_one_unit then candidate_unit_names end as candidate_unit_names,
    case when is_one_unit then first_unit_id else coalesce(common_parent_id, common_province_id) end as containing_unit_id,
    common_province_id as province_id
from counted
