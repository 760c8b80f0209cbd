-- The figures that are compared in documents in which something contradicts, and those that hang together with what contradicts
-- in reports, with what the vocabulary says of their qualifiers and statements: what the localisation reads of them. Figures of
-- other documents belong to them where a comparison names them.
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

    union all

    select
        comparison_id,
        figure_ids
    from {{ ref('int_report_contradictions_unioned') }}
    where observed_figure_id is not null

    union all

    select
        relation_id as comparison_id,
        observed_figure_id || '|' || figure_ids || coalesce('|' || opposite_figure_ids, '') as figure_ids
    from {{ ref('int_report_relations_gathered') }}

),

named as (

    {{ split_figures('comparisons', 'comparison_id') }}

),

names as (

    select distinct figure_id from named

),

-- reports that count something of an organisation themselves; what others repeat of it may be what it was before a merger
counting as (

    select distinct
        document_id,
        organisation_id
    from {{ ref('int_contents_counted') }}
    where publication_id is null and level_count > 0

),
{% set said = [
    'figure_id', 'publication_id', 'document_id', 'source_name', 'organisation_id', 'measure_code', 'group_code', 'statement_code',
    'period_id', 'period_type_code', 'ends_on', 'base_measure_code', 'base_group_code', 'base_value', 'unit', 'printed', 'value',
    'value_low', 'value_high', 'is_value_low_open', 'is_value_high_open', 'qualifier_code',
] %}

figures as (

    select
        {{ said | join(', ') }},
        printed_precision
    from {{ ref('int_figures_attributed') }}

    union all

    -- the plain counts of reports
    select
        {{ said | join(', ') }},
        {{ exact('1') }} as printed_precision
    from {{ ref('fct_figures') }}
    where publication_id is null and scope_code = 'one' and statement_code = 'level'

),

numbered as (

    select
        figures.*,
        count(*) over (partition by figures.figure_id) as organisation_count,
        row_number() over (partition by figures.figure_id order by figures.organisation_id) as preference
    from figures
    inner join names
        on figures.figure_id = names.figure_id

)

select
    numbered.figure_id,
    numbered.document_id,
    case
        when numbered.publication_id is null and counting.document_id is not null then numbered.source_name
        else numbered.document_id
    end as comparable_within,
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
left join counting
    on numbered.document_id = counting.document_id and numbered.organisation_id = counting.organisation_id
where numbered.preference = 1
