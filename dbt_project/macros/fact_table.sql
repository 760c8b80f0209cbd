{#- The counts of one fact table: one row per organisation, measure, group, period and source, the narrowest where a source
    states several. A count of an unresolved organisation is a source of its own, so that none is lost.

    fact_code    value of the column `fact_code` of the seed `measures`
    quantity     name of the counted quantity
-#}
{% macro fact_table(fact_code, quantity) -%}
with counts as (

    select counts.*
    from {{ ref('int_counts_stated') }} as counts
    inner join {{ ref('measures') }} as measures
        on counts.measure_code = measures.measure_code
    where measures.fact_code = '{{ fact_code }}'

),

sourced as (

    select
        *,
        case when organisation_id = 'unknown' then figure_id else document_id end as source_id
    from counts

),

preferred as (

    select
        *,
        row_number() over (
            partition by organisation_id, measure_code, group_code, period_id, source_id
            order by case when count_high is null then 1 else 0 end, count_high - count_low, origin_code desc, figure_id
        ) as preference
    from sourced

),

figures as (

    select * from {{ ref('int_figures_bounded') }}

)

select
    -- ids
    {{ surrogate_key([
        'preferred.organisation_id',
        'preferred.measure_code',
        'preferred.group_code',
        'preferred.period_id',
        'preferred.source_id',
    ]) }} as {{ fact_code }}_id,
    preferred.organisation_id,
    preferred.measure_code,
    preferred.group_code,
    preferred.period_id,
    preferred.source_id,
    preferred.document_id,
    figures.publication_id,
    preferred.figure_id,

    -- when
    preferred.period_type_code,
    preferred.starts_on,
    preferred.ends_on,

    -- the count
    case when preferred.count_low = preferred.count_high then preferred.count_low end as {{ quantity }},
    preferred.count_low as {{ quantity }}_low,
    preferred.count_high as {{ quantity }}_high,
    figures.qualifier_code,
    figures.printed,

    -- provenance
    figures.source_name,
    figures.file_path,
    figures.file_sha256,
    figures.locator,
    figures.version_number,
    figures.batch_id,
    figures.recorded_at
from preferred
inner join figures
    on preferred.figure_id = figures.figure_id
where preferred.preference = 1
{%- endmacro %}
