-- The terms between congresses, with the dates of their name and the days between which they began and ended. A term of a
-- level holds for all its organisations but those that have a row of their own.
with terms as (

    select * from {{ ref('congress_terms') }}

)

select
    {{ surrogate_key(['level_code', 'unit_code', 'nominal_starts_on']) }} as term_id,
    level_code,
    unit_code,
    {{ period_id("'term'", 'nominal_starts_on', 'nominal_ends_on') }} as period_id,
    nominal_starts_on,
    nominal_ends_on,
    starts_on_earliest,
    starts_on_latest,
    ends_on_earliest,
    ends_on_latest,
    starts_source,
    ends_source,
    note
from terms
