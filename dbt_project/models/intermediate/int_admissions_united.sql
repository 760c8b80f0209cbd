-- Admissions of each organisation by group and period, one row however many documents state it: what is stated, else what
-- is summed over the calendar, else what the organisations below come to, and what those come to beside it. Without names, so
-- that those who look for a few rows of it are quick.
-- The tables are named where they are read: of a view, DuckDB writes what has a name and is read twice to memory.
{{ config(materialized='view', meta={'changed_in': 'int_roll_ups_changed'}) }}

with united as (

    select
        own.organisation_id,
        own.group_code,
        own.period_id,
        own.period_type_code,
        own.starts_on,
        own.ends_on,
        case when own.admissions_low <> coalesce(own.admissions_high, -1) and rolled_up.is_whole then 'rolled_up' else own.origin_code end
            as origin_code,
        case
            when own.admissions_low <> coalesce(own.admissions_high, -1) and rolled_up.is_whole then rolled_up.admissions_low
            else own.admissions_low
        end as admissions_low,
        case
            when own.admissions_low <> coalesce(own.admissions_high, -1) and rolled_up.is_whole then rolled_up.admissions_high
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
    from {{ ref('int_admissions_combined') }} as own
    left join {{ ref('int_admissions_rolled_up') }} as rolled_up
        on
            own.organisation_id = rolled_up.organisation_id
            and own.group_code = rolled_up.group_code
            and own.period_id = rolled_up.period_id

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
    from {{ ref('int_admissions_rolled_up') }} as rolled_up
    left join {{ ref('int_admissions_combined') }} as own
        on
            rolled_up.organisation_id = own.organisation_id
            and rolled_up.group_code = own.group_code
            and rolled_up.period_id = own.period_id
    where own.organisation_id is null

)

select * from united
