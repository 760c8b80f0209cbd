-- What is known of an organisation's own admissions, one row per group and period: as stated, or summed over the calendar
-- where that is whole and the statement is vague. A count of an organisation that cannot be told stands by itself.
{{ config(materialized='view') }}

with vague as (

    select * from {{ ref('fct_admissions') }}
    where is_preferred and admissions is null

),

-- of the sums, only those of what is vague are looked at: they are many, and it is little
vague_summed as (

    select distinct
        summed.organisation_id,
        summed.group_code,
        summed.period_id
    from {{ ref('int_admissions_summed') }} as summed
    inner join vague
        on
            summed.organisation_id = vague.organisation_id
            and summed.group_code = vague.group_code
            and summed.period_id = vague.period_id

),

combined as (

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
        vague.organisation_id,
        vague.group_code,
        vague.period_id,
        vague.period_type_code,
        vague.starts_on,
        vague.ends_on,
        'stated' as origin_code,
        vague.admissions_low,
        vague.admissions_high,
        vague.source_id,
        vague.source_count,
        vague.document_id,
        vague.figure_id,
        vague.batch_id
    from vague
    left join vague_summed
        on
            vague.organisation_id = vague_summed.organisation_id
            and vague.group_code = vague_summed.group_code
            and vague.period_id = vague_summed.period_id
    where vague_summed.organisation_id is null

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
