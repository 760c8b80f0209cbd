-- Of what each published percentage is one: the figures above and below the line, where they are printed.
with ratios as (

    select * from {{ ref('int_ratios_stated') }}

),

published as (

    select figure_id from {{ ref('rpt_figure_verdicts') }}

)

select
    ratios.figure_id,
    ratios.organisation_id,
    ratios.document_id,
    ratios.statement_code,

    -- what it is a percentage of
    ratios.measure_code,
    ratios.group_code,
    ratios.numerator_figure_ids,
    ratios.numerator_low,
    ratios.numerator_high,

    -- what it is taken from
    ratios.base_measure_code,
    ratios.base_group_code,
    ratios.base_figure_ids,
    ratios.base_low,
    ratios.base_high,
    ratios.is_period_assumed,
    ratios.is_base_assumed
from ratios
inner join published
    on ratios.figure_id = published.figure_id
