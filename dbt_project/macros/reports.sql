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

{#- Joins, behind `from`, what the organisations directly below count of the same, each as `below`. Reads `organisations`.

    whole     relation of what an organisation counts, with the columns of `reported_counts`
    counts    relation of what those below count
-#}
{% macro join_counts_below(whole, counts) -%}
    inner join organisations
        on {{ whole }}.organisation_id = organisations.parent_organisation_id
    inner join {{ counts }} as below
        on
            organisations.organisation_id = below.organisation_id
            and {{ whole }}.source_id = below.source_id
            and {{ whole }}.measure_code = below.measure_code
            and {{ whole }}.group_code = below.group_code
            and {{ whole }}.period_id = below.period_id
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

{#- What reports state of the lines that identities name, as common table expressions of which `stated` is the last: counts of
    the period, what there was before it, and what there is at its end. Reads `counts` and `terms`. -#}
{% macro stated_lines() -%}
-- the periods of which balances are drawn
balanced as (

    select distinct
        counts.source_id,
        counts.organisation_id,
        counts.document_id,
        counts.period_id,
        counts.starts_on,
        counts.ends_on
    from counts
    where
        counts.period_type_code <> 'instant'
        and (counts.measure_code, counts.group_code) in (
            select
                terms.measure_code,
                terms.group_code
            from terms
            where terms.relation_code = 'balance' and terms.moment_code = 'period'
        )

),

-- what a report says that there was before its period; it may say so twice, as the end of last year
openings as (

    select
        balanced.source_id,
        balanced.organisation_id,
        min(figures.document_id) as document_id,
        min(figures.figure_id) as figure_id,
        max(figures.batch_id) as batch_id,
        figures.measure_code,
        figures.group_code,
        balanced.period_id,
        'start' as moment_code,
        min({{ count_low('figures.value_low', 'figures.is_value_low_open') }}) as count_low,
        max({{ count_high('figures.value_high', 'figures.is_value_high_open') }}) as count_high
    from balanced
    inner join {{ ref('int_figures_attributed') }} as figures
        on
            balanced.document_id = figures.document_id
            and balanced.organisation_id = figures.organisation_id
            and {{ period_adjoins('figures.ends_on', 'balanced.starts_on') }}
    where
        figures.publication_id is null
        and figures.statement_code = 'repeated_level'
        and figures.period_type_code = 'instant'
        and figures.duplicate_of_figure_id is null
    group by
        balanced.source_id, balanced.organisation_id, figures.measure_code, figures.group_code, balanced.period_id

),

closings as (

    select distinct
        counts.source_id,
        counts.organisation_id,
        counts.document_id,
        counts.figure_id,
        counts.batch_id,
        counts.measure_code,
        counts.group_code,
        balanced.period_id,
        'end' as moment_code,
        counts.count_low,
        counts.count_high
    from balanced
    inner join counts
        on
            balanced.source_id = counts.source_id
            and balanced.organisation_id = counts.organisation_id
            and balanced.ends_on = counts.ends_on
    where counts.period_type_code = 'instant'

),

stated as {{ inlined() }} (

    select
        source_id,
        organisation_id,
        document_id,
        figure_id,
        batch_id,
        measure_code,
        group_code,
        period_id,
        'period' as moment_code,
        count_low,
        count_high
    from counts

    union all

    select * from openings

    union all

    select * from closings

)
{%- endmacro %}
