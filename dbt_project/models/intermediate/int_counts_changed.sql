-- What the night may have changed in the fact tables: counts that a changed document states, and counts that it stated
-- before. All rows of the same organisation, measure, group and period are chosen among anew. The newest version of a report
-- came in with its file; a publication also changes with its text or sidecar.
{% set facts = ['admissions', 'departures', 'localities', 'members', 'organisation_counts', 'targets', 'training'] %}
with documents as (

    select document_id from {{ ref('int_documents_changed') }}

),

changed as (

    select
        organisation_id,
        measure_code,
        group_code,
        period_id,
        starts_on,
        ends_on
    from {{ ref('int_counts_unioned') }}
    where publication_id is null and {{ came_in('batch_id') }} and organisation_id <> 'unknown'

    union all

    select
        organisation_id,
        measure_code,
        group_code,
        period_id,
        starts_on,
        ends_on
    from {{ ref('int_counts_unioned') }}
    where
        publication_id is not null
        and document_id in (select documents.document_id from documents)
        and organisation_id <> 'unknown'
    {% for fact in facts -%}
    {% set earlier = earlier_table('marts', 'fct_' ~ fact) -%}
    {% if earlier %}
    union all

    select
        organisation_id,
        measure_code,
        group_code,
        period_id,
        starts_on,
        ends_on
    from {{ earlier }}
    where document_id in (select documents.document_id from documents) and organisation_id <> 'unknown'
    {% endif -%}
    {% endfor %}

)

select distinct
    organisation_id,
    measure_code,
    group_code,
    period_id,
    starts_on,
    ends_on
from changed
{%- if flags.FULL_REFRESH %}
-- everything is new, and nobody asks
where 1 = 0
{%- endif %}
