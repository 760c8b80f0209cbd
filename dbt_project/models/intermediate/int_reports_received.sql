-- Reports on official forms as they came in, in every version: what was sent once was sent, whatever was sent later. A report
-- is of the period that its own counts are of; one that has only stocks is of the day that they are of.
{{ config(materialized='incremental', incremental_strategy='append', on_schema_change='fail', pre_hook='{{ forget_versions() }}') }}

with stated as (

    select distinct
        batch_id,
        file_path,
        version_number,
        recorded_at,
        split_part(form_code, '-', 1) as form_number,
        organisation_name,
        level_code,
        scope_code,
        parent_organisation_name,
        province_name,
        least(ends_on, coalesce(reported_on, cast(recorded_at as date))) as named_on,
        period_type_code,
        starts_on,
        ends_on
    from {{ ref('int_observations_versioned') }}
    where
        form_code is not null
        and statement_code = 'level'
        and starts_on is not null
        and ends_on is not null
        {% if is_incremental() %}
        and {{ came_in('batch_id') }}
        {% endif %}

),

names as (

    select
        organisation_name,
        printed_level_code,
        scope_code,
        parent_organisation_name,
        province_name,
        organisation_id,
        named_from,
        named_to
    from {{ ref('stg_derived__organisation_names') }}
    where name_position = 1

),

attributed as (

    select
        stated.*,
        coalesce(names.organisation_id, 'unknown') as organisation_id
    from stated
    left join names
        on {{ bears_name('stated', 'names') }}

),

marked as (

    select
        *,
        max(case when period_type_code <> 'instant' then 1 else 0 end) over (
            partition by file_path, version_number, organisation_id, form_number
        ) = 1 as has_flows
    from attributed

)

select distinct
    organisation_id,
    form_number,
    {{ period_id('period_type_code', 'starts_on', 'ends_on') }} as period_id,
    period_type_code,
    starts_on,
    ends_on,
    file_path,
    version_number,
    batch_id,
    recorded_at
from marked
where period_type_code <> 'instant' or not has_flows
