-- What each published number of organisations says of their targets.
with thresholds as (

    select * from {{ ref('int_thresholds_stated') }}

),

published as (

    select figure_id from {{ ref('rpt_figure_verdicts') }}

)

select
    thresholds.figure_id,
    thresholds.organisation_id,
    thresholds.document_id,
    thresholds.threshold_pct,
    thresholds.bound_side,
    thresholds.is_strict
from thresholds
inner join published
    on thresholds.figure_id = published.figure_id
