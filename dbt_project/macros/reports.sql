{#- The counts of reports, as the fact tables have them: of what one source states of an organisation and a period, the newest.
    A query, with a condition on the columns of the fact tables. -#}
{% macro reported_counts(condition='1 = 1') -%}
    {%- set quantities = {
        'admissions': 'admissions',
        'departures': 'departures',
        'localities': 'locality_count',
        'members': 'member_count',
        'organisation_counts': 'organisation_count',
        'targets': 'target',
        'training': 'training_count',
    } -%}
    {% for fact, quantity in quantities.items() -%}
    select
        source_id,
        document_id,
        figure_id,
        batch_id,
        organisation_id,
        measure_code,
        group_code,
        period_id,
        period_type_code,
        starts_on,
        ends_on,
        {{ quantity }}_low as count_low,
        {{ quantity }}_high as count_high
    from {{ ref('fct_' ~ fact) }}
    where publication_id is null and organisation_id <> 'unknown' and {{ condition }}
    {%- if not loop.last %}

    union all

    {% endif -%}
    {%- endfor %}
{%- endmacro %}

{#- The same, of the organisations and periods that are checked anew; all of them in a full build. -#}
{% macro counts_to_check() -%}
    {%- if is_incremental() -%}
    {%- set is_changed = is_in_changed_period('period_id', 'int_reports_changed') -%}
    select counts.*
    from (
        {{ reported_counts(is_changed) }}
    ) as counts
    inner join {{ ref('int_reports_changed') }} as changed
        on counts.organisation_id = changed.organisation_id and counts.period_id = changed.period_id
    {%- else -%}
    {{ reported_counts() }}
    {%- endif -%}
{%- endmacro %}

{#- How often they are read: what a night checks is little, and is kept in memory; everything is not. -#}
{% macro counts_reading() -%}
    {%- if not is_incremental() -%} {{ inlined() }} {%- endif -%}
{%- endmacro %}

{#- Pre-hook: remove what was found of the organisations and periods that are checked anew, and of changed documents. -#}
{% macro forget_reports() -%}
    {%- if is_incremental() -%}
        delete from {{ this }}
        where {{ is_of_known_document() }};

        delete from {{ this }} as kept
        where
            {{ is_in_changed_period('kept.period_id', 'int_reports_changed') }}
            and exists (
                select 1
                from {{ ref('int_reports_changed') }} as changed
                where kept.organisation_id = changed.organisation_id and kept.period_id = changed.period_id
            )
    {%- endif -%}
{%- endmacro %}
