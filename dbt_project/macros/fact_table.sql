{#- The counts of one fact table: one row per organisation, measure, group, period and source. Of what one source states
    of the same, the newest is taken, and the narrowest of one file. Where several sources state the same, one of them is
    preferred: the narrowest, a report before a publication, the newest. A count of an unresolved organisation is a source
    of its own, so that none is lost.

    Nearly all counts are stated once. They are found first, so that only the others are sorted.

    fact_code    value of the column `fact_code` of the seed `measures`
    quantity     name of the counted quantity
-#}
{% macro fact_table(fact_code, quantity) -%}
{%- set key = ['organisation_id', 'measure_code', 'group_code', 'period_id', 'rival_id'] -%}
{%- set has_same_key -%}
    {% for column in key %}{{ 'and ' if not loop.first }}candidates.{{ column }} = repeated.{{ column }} {% endfor %}
{%- endset -%}
with counts as {{ inlined() }} (

    select
        counts.*,
        case when counts.organisation_id = 'unknown' then counts.source_id else '' end as rival_id
    from {{ ref('int_counts_unioned') }} as counts
    inner join {{ ref('measures') }} as measures
        on counts.measure_code = measures.measure_code
    where measures.fact_code = '{{ fact_code }}'

),

{% if is_incremental() -%}
candidates as {{ inlined() }} (

    select counts.*
    from counts
    inner join {{ ref('int_counts_changed') }} as changed
        on
            counts.organisation_id = changed.organisation_id
            and counts.measure_code = changed.measure_code
            and counts.group_code = changed.group_code
            and counts.period_id = changed.period_id
    where {{ is_in_changed_period('counts.period_id', 'int_counts_changed') }}

    union all

    select * from counts
    where
        organisation_id = 'unknown'
        and document_id in (select changed.document_id from {{ ref('int_documents_changed') }} as changed)

),
{%- else -%}
candidates as {{ inlined() }} (

    select * from counts

),
{%- endif %}

repeated as (

    select {{ key | join(', ') }}
    from candidates
    group by {{ key | join(', ') }}
    having count(*) > 1

),

ranked as (

    select
        candidates.*,
        row_number() over (
            partition by {% for column in key %}candidates.{{ column }}, {% endfor %}candidates.source_id
            order by
                candidates.batch_id desc,
                case when candidates.count_high is null then 1 else 0 end,
                candidates.count_high - candidates.count_low,
                candidates.origin_code desc,
                candidates.file_path desc,
                candidates.figure_id
        ) as place_in_source
    from candidates
    inner join repeated
        on {{ has_same_key }}

),

compared as (

    select
        *,
        row_number() over (
            partition by {{ key | join(', ') }}
            order by
                case when count_high is null then 1 else 0 end, count_high - count_low,
                case when publication_id is null then 0 else 1 end, batch_id desc, source_id
        ) as preference,
        count(*) over (partition by {{ key | join(', ') }}) as source_count
    from ranked
    where place_in_source = 1

    union all

    select
        candidates.*,
        1 as place_in_source,
        1 as preference,
        1 as source_count
    from candidates
    left join repeated
        on {{ has_same_key }}
    where repeated.organisation_id is null

)

select
    -- what is counted
    organisation_id,
    measure_code,
    group_code,
    period_id,
    source_id,
    document_id,
    publication_id,
    figure_id,

    -- when
    period_type_code,
    starts_on,
    ends_on,
    named_on,

    -- the count
    case when count_low = count_high then count_low end as {{ quantity }},
    count_low as {{ quantity }}_low,
    count_high as {{ quantity }}_high,
    qualifier_code,
    printed,

    -- other sources
    preference = 1 as is_preferred,
    source_count,

    -- provenance
    source_name,
    file_path,
    file_sha256,
    locator,
    version_number,
    batch_id,
    recorded_at
from compared
{%- endmacro %}
