{#- Admissions that sources state, one for each organisation, group and period within a year; in an increment, those of the
    organisations and years that the night may have changed. The condition is on `admissions`. -#}
{% macro stated_admissions(condition) -%}
    select
        admissions.organisation_id,
        admissions.group_code,
        admissions.source_id,
        admissions.batch_id,
        admissions.period_type_code,
        admissions.starts_on,
        admissions.ends_on,
        admissions.admissions_low,
        admissions.admissions_high
    from {{ ref('fct_admissions') }} as admissions
    {%- if is_incremental() %}
    inner join affected_years
        on
            admissions.organisation_id = affected_years.organisation_id
            and extract(year from admissions.ends_on) = affected_years.year
    {%- endif %}
    where
        admissions.is_preferred
        and admissions.organisation_id <> 'unknown'
        and extract(year from admissions.starts_on) = extract(year from admissions.ends_on)
        {%- if is_incremental() %}
        and {{ is_in_changed_year('admissions.period_id', 'int_admissions_changed') }}
        {%- endif %}
        and {{ condition }}
{%- endmacro %}

{#- Pre-hook: remove the sums that the night may have changed. -#}
{% macro forget_sums() -%}
    {%- if is_incremental() -%}
        delete from {{ this }} as kept
        where
            {{ is_in_changed_period('kept.period_id', 'int_admissions_changed') }}
            and exists (
                select 1
                from {{ ref('int_admissions_changed') }} as changed
                where kept.organisation_id = changed.organisation_id and kept.period_id = changed.period_id
            )
    {%- endif -%}
{%- endmacro %}

{#- Pre-hook: remove the roll-ups of the periods that the night may have changed. -#}
{% macro forget_roll_ups() -%}
    {%- if is_incremental() -%}
        delete from {{ this }}
        where {{ is_in_changed_period('period_id', 'int_roll_ups_changed') }}
    {%- endif -%}
{%- endmacro %}

{#- Whether an organisation still stands on the last day of a period; those that ended before it are added, not counted. -#}
{% macro stands(ends_on) -%}
    ({{ ends_on }} is null or (organisations.valid_from <= {{ ends_on }} and {{ ends_on }} < organisations.valid_to))
{%- endmacro %}

{#- Admissions of each organisation by group and period, one row however many documents state it: what is stated, else what
    is summed over the calendar, else what the organisations below come to, and what those come to beside it.

    own         relation like int_admissions_combined
    rolled_up   relation like int_admissions_rolled_up

    Who looks for a few organisations or periods leaves out the others before: DuckDB hands no condition on to both sides. -#}
{% macro united_admissions(own, rolled_up) -%}
{%- set is_replaced = 'own.admissions_low <> coalesce(own.admissions_high, -1) and rolled_up.is_whole' -%}
{%- set is_same -%}
        own.organisation_id = rolled_up.organisation_id
        and own.group_code = rolled_up.group_code
        and own.period_id = rolled_up.period_id
{%- endset -%}
select
    own.organisation_id,
    own.group_code,
    own.period_id,
    own.period_type_code,
    own.starts_on,
    own.ends_on,
    case when {{ is_replaced }} then 'rolled_up' else own.origin_code end as origin_code,
    case
        when {{ is_replaced }} then rolled_up.admissions_low
        else own.admissions_low
    end as admissions_low,
    case
        when {{ is_replaced }} then rolled_up.admissions_high
        else own.admissions_high
    end as admissions_high,
    own.source_id,
    own.source_count,
    own.document_id,
    own.figure_id,
    rolled_up.reporting_child_count,
    rolled_up.known_child_count,
    rolled_up.admissions_low as children_admissions_low,
    rolled_up.admissions_high as children_admissions_high
from {{ own }} as own
left join {{ rolled_up }} as rolled_up
    on
        {{ is_same }}

union all

select
    rolled_up.organisation_id,
    rolled_up.group_code,
    rolled_up.period_id,
    rolled_up.period_type_code,
    rolled_up.starts_on,
    rolled_up.ends_on,
    case when rolled_up.is_whole then 'rolled_up' else 'bounded' end as origin_code,
    rolled_up.admissions_low,
    rolled_up.admissions_high,
    cast(null as {{ dbt.type_string() }}) as source_id,
    cast(null as bigint) as source_count,
    cast(null as {{ dbt.type_string() }}) as document_id,
    cast(null as {{ dbt.type_string() }}) as figure_id,
    rolled_up.reporting_child_count,
    rolled_up.known_child_count,
    rolled_up.admissions_low as children_admissions_low,
    rolled_up.admissions_high as children_admissions_high
from {{ rolled_up }} as rolled_up
left join {{ own }} as own
    on
        {{ is_same }}
where own.organisation_id is null
{%- endmacro %}
