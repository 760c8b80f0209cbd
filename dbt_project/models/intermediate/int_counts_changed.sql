-- What the night may have changed in the fact tables: counts that a changed document states, and counts that it stated
-- before. All rows of the same organisation, measure, group and period are chosen among anew.
{% set facts = ['admissions', 'departures', 'localities', 'members', 'organisation_counts', 'targets', 'training'] %}
with counts as (

    {{ of_changed_documents(ref('int_counts_unioned')) }}

),

changed as (

    select
        organisation_id,
        measure_code,
        group_code,
        period_id,
        starts_on,
        ends_on
    from counts
    where organisation_id <> 'unknown'
    {% for fact in facts -%}
    {% set earlier = existing_table('marts', 'fct_' ~ fact) -%}
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
    where {{ is_of_known_document() }} and organisation_id <> 'unknown'
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
