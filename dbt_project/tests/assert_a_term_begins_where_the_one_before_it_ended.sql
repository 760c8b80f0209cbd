-- The congress that ends a term begins the next one. Written twice in the seed, the two must say the same; where an area was
-- made anew between them, or the level ended, only one of them is known.
with terms as (

    select * from {{ ref('dim_terms') }}

)

select
    earlier.term_id,
    later.term_id as later_term_id
from terms as earlier
inner join terms as later
    on
        earlier.level_code = later.level_code
        and earlier.unit_code is not distinct from later.unit_code
        and extract(year from earlier.nominal_ends_on) = extract(year from later.nominal_starts_on)
where
    earlier.ends_on_earliest <> later.starts_on_earliest
    or earlier.ends_on_latest <> later.starts_on_latest
