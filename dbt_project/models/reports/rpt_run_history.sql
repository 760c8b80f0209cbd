-- What each run did and how long its steps took. A run is written down when it has ended, so the one that made this table is
-- not in it.
with runs as (

    select * from {{ ref('stg_derived__runs') }}
    where recorded_at <= cast('{{ var("as_of") }}' as timestamp)

)

select
    -- ids
    {{ surrogate_key(['run_id', 'step_code']) }} as run_step_id,
    run_id,
    step_code,

    -- what became of it
    ending_code,
    ending_code = 'published' as is_published,
    reason,
    batch_ids,

    -- when
    started_at,
    ended_at,
    cast(seconds as decimal(18, 3)) as seconds,

    -- how much
    table_count,
    row_count,
    lake_bytes,
    published_bytes
from runs
