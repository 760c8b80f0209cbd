-- The figures of documents in which something contradicts, with what the vocabulary says of their qualifiers and statements:
-- what the localisation reads of them. Figures of other documents belong to them where a comparison names them.
with contradicted as (

    select distinct document_id from {{ ref('int_comparisons_unioned') }}
    where verdict = 'contradicted'

),

comparisons as (

    select
        compared.comparison_id,
        compared.figure_ids
    from {{ ref('int_comparisons_unioned') }} as compared
    inner join contradicted
        on compared.document_id = contradicted.document_id

),

named as (

    {{ split_figures('comparisons', 'comparison_id') }}

),

names as (

    select distinct figure_id from named

),

numbered as (

    select
        figures.*,
        count(*) over (partition by figures.figure_id) as organisation_count,
        row_number() over (partition by figures.figure_id order by figures.organisation_id) as preference
    from {{ ref('int_figures_attributed') }} as figures
    inner join names
        on figures.figure_id = names.figure_id

)

select
    numbered.figure_id,
    numbered.document_id,
    numbered.organisation_id,
    numbered.measure_code,
    numbered.group_code,
    numbered.statement_code,
    numbered.period_id,
    numbered.period_type_code,
    numbered.ends_on,
    numbered.base_measure_code,
    numbered.base_group_code,
    numbered.base_value,
    numbered.unit,
    numbered.printed,
    numbered.printed_precision,
    numbered.value,
    numbered.value_low,
    numbered.value_high,
    numbered.is_value_low_open,
    numbered.is_value_high_open,
    qualifiers.bound_side,
    qualifiers.is_strict,
    statements.is_quotient,
    numbered.organisation_count
from numbered
inner join {{ ref('qualifiers') }} as qualifiers
    on numbered.qualifier_code = qualifiers.qualifier_code
inner join {{ ref('statements') }} as statements
    on numbered.statement_code = statements.statement_code
where numbered.preference = 1
