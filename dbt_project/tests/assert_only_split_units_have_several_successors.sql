-- A unit that goes wholly into another has one successor, a split one at least two: otherwise a past would be added twice or
-- called divided although it is not.
{{ config(meta={'dagster': {'ref': {'name': 'bridge_unit_changes'}}}) }}

with successors as (

    select
        old_unit_id,
        count(*) as successor_count,
        min(kind) as first_kind,
        max(kind) as last_kind
    from {{ ref('bridge_unit_changes') }}
    group by old_unit_id

)

select * from successors
where
    first_kind <> last_kind
    or (first_kind = 'full' and successor_count > 1)
    or (first_kind = 'partial' and successor_count < 2)
