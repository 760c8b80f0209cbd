-- The periods that figures speak of, each once, with the words of one of its figures.
with figures as (

    select * from {{ ref('int_figures_bounded') }}

)

select
    period_id,
    {{ interval_id('starts_on', 'ends_on') }} as interval_id,
    period_type_code,
    starts_on,
    ends_on,
    min(period_text) as period_text
from figures
group by period_id, period_type_code, starts_on, ends_on
