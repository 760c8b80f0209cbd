-- What is known of an organisation's own admissions, one row per group and period: as stated, or summed over the calendar
-- where that is whole and the statement is vague. A count of an organisation that cannot be told stands by itself.
-- The tables are named where they are read: of a view, DuckDB writes what has a name and is read twice to memory.
{{ config(materialized='view') }}

with combined as (

    select
        organisation_id,
        group_code,
        period_id,
        period_type_code,
        starts_on,
        ends_on,
        'stated' as origin_code,
        admissions_low,
        admissions_high,
        source_id,
        source_count,
        document_id,
        figure_id,
        batch_id
    from {{ ref('fct_admissions') }}
    where is_preferred and admissions is not null

    union all

    select
        stated.organisation_id,
        stated.group_code,
        stated.period_id,
        stated.period_type_code,
        stated.starts_on,
        stated.ends_on,
        'stated' as origin_code,
        stated.admissions_low,
        stated.admissions_high,
        stated.source_id,
        stated.source_count,
        stated.document_id,
        stated.figure_id,
        stated.batch_id
    from {{ ref('fct_admissions') }} as stated
    left join {{ ref('int_admissions_summed') }} as summed
        on
            stated.organisation_id = summed.organisation_id
            and stated.group_code = summed.group_code
            and stated.period_id = summed.period_id
    where stated.is_preferred and stated.admissions is null and summed.organisation_id is null

    union all

    select
        organisation_id,
        group_code,
        period_id,
        period_type_code,
        starts_on,
        ends_on,
        origin_code,
        admissions_low,
        admissions_high,
        source_id,
        cast(null as bigint) as source_count,
        cast(null as {{ dbt.type_string() }}) as document_id,
        cast(null as {{ dbt.type_string() }}) as figure_id,
        batch_id
    from {{ ref('int_admissions_summed') }}

)

select * from combined
