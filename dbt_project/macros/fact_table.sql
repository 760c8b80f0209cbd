{#- The counts of one fact table: one row per organisation, measure, group, period and source. Of what one source states
    of the same, the newest is taken, and the narrowest of one file. Where several sources state the same, one of them is
    preferred: the narrowest, a report before a publication, the newest. A count of an unresolved organisation is a source
    of its own, so that none is lost.

    fact_code    value of the column `fact_code` of the seed `measures`
    quantity     name of the counted quantity
-#}
{% macro fact_table(fact_code, quantity) -%}
with counts as (

    select counts.*
    from {{ ref('int_counts_unioned') }} as counts
    inner join {{ ref('measures') }} as measures
        on counts.measure_code = measures.measure_code
    where measures.fact_code = '{{ fact_code }}' and counts.measure_code in ({{ list_measures(fact_code) }})

),

{% if is_incremental() -%}
candidates as (

    select counts.*
    from counts
    inner join {{ ref('int_counts_changed') }} as changed
        on
            counts.organisation_id = changed.organisation_id
            and counts.measure_code = changed.measure_code
            and counts.group_code = changed.group_code
            and counts.period_id = changed.period_id

    union all

    select * from counts
    where
        organisation_id = 'unknown'
        and document_id in (select changed.document_id from {{ ref('int_documents_changed') }} as changed)

),
{%- else -%}
candidates as (

    select * from counts

),
{%- endif %}

ranked as (

    select
        *,
        row_number() over (
            partition by organisation_id, measure_code, group_code, period_id, source_id
            order by
                batch_id desc, case when count_high is null then 1 else 0 end, count_high - count_low, origin_code desc,
                file_path desc, figure_id
        ) as place_in_source
    from candidates

),

chosen as (

    select * from ranked
    where place_in_source = 1

),

compared as (

    select
        *,
        row_number() over (
            partition by
                organisation_id, measure_code, group_code, period_id, case when organisation_id = 'unknown' then source_id end
            order by
                case when count_high is null then 1 else 0 end, count_high - count_low,
                case when publication_id is null then 0 else 1 end, batch_id desc, source_id
        ) as preference,
        count(*) over (
            partition by
                organisation_id, measure_code, group_code, period_id, case when organisation_id = 'unknown' then source_id end
        ) as source_count
    from chosen

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

{#- The measures of a fact as literals, by which parts of the figures that have none of them are passed over unread. -#}
{% macro list_measures(fact_code) -%}
    {%- set measures = adapter.get_relation(target.database, 'vocabulary', 'measures') if execute -%}
    {%- if measures -%}
        {%- set found = run_query("select measure_code from " ~ measures ~ " where fact_code = '" ~ fact_code ~ "' order by measure_code") -%}
        '{{ found.columns[0].values() | join("', '") }}'
    {%- else -%}
        ''
    {%- endif -%}
{%- endmacro %}
