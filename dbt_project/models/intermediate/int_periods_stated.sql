-- The periods that figures speak of, each once, with the words of one of its figures. Undated ones are told apart by document
-- and wording, so that two documents' "now" are never taken for the same day.
with contents as (

    select * from {{ ref('int_contents_counted') }}

)

select
    period_id,
    {{ interval_id('starts_on', 'ends_on') }} as interval_id,
    period_type_code,
    starts_on,
    ends_on,
    min(period_text) as period_text
from contents
group by period_id, period_type_code, starts_on, ends_on
