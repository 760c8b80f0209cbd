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
