-- Everything a source states, with the interval of its true value. Nothing is repaired: what is wrong with a figure stands
-- in the reports, beside it. A night writes the documents of which something came in.
-- depends_on: {{ ref('int_documents_changed') }}
{{ config(materialized='incremental', incremental_strategy='append', on_schema_change='fail', pre_hook='{{ forget_documents() }}') }}

with figures as (

    {{ rows_to_write(ref('int_figures_bounded')) }}

),

-- the only organisation of a name, or the first of several, which is not used: a filter on the scope would turn the join
-- below into one of every figure with every name
names as (

    select
        organisation_name,
        printed_level_code,
        scope_code,
        parent_organisation_name,
        province_name,
        organisation_id,
        resolution_code,
        named_from,
        named_to
    from {{ ref('stg_derived__organisation_names') }}
    where name_position = 1

),

-- figures of several organisations; of one that holds for each of them, the organisation above
several as (

    select
        attributed.figure_id,
        count(distinct attributed.organisation_id) as organisation_count,
        case
            when count(distinct attributed.organisation_id) = 1 then min(attributed.organisation_id)
            when count(distinct coalesce(units.parent_unit_id, organisations.parent_organisation_id, 'national')) = 1
                then min(coalesce(units.parent_unit_id, organisations.parent_organisation_id, 'national'))
        end as organisation_id,
        min(attributed.resolution_code) as resolution_code
    from {{ ref('int_figures_attributed') }} as attributed
    left join {{ ref('dim_administrative_units') }} as units
        on attributed.organisation_id = units.unit_id
    left join {{ ref('stg_derived__organisations') }} as organisations
        on attributed.organisation_id = organisations.organisation_id
    where attributed.scope_code <> 'one'
    group by attributed.figure_id

)

select
    -- ids
    figures.figure_id,
    figures.document_id,
    figures.publication_id,
    figures.duplicate_of_figure_id,

    -- organisation
    coalesce(case when figures.scope_code = 'one' then names.organisation_id else several.organisation_id end, 'unknown')
        as organisation_id,
    figures.organisation_name as printed_organisation_name,
    figures.level_code,
    figures.scope_code,
    figures.parent_organisation_name as printed_parent_name,
    figures.province_name,
    figures.named_on,
    coalesce(several.organisation_count, 1) as organisation_count,
    coalesce(case when figures.scope_code = 'one' then names.resolution_code else several.resolution_code end, 'unknown')
        as resolution_code,

    -- what is counted
    figures.measure_code,
    figures.group_code,
    figures.statement_code,
    figures.period_id,
    figures.period_type_code,
    figures.starts_on,
    figures.ends_on,
    figures.period_text,
    figures.reported_on,

    -- the number
    figures.printed,
    figures.value,
    figures.range_high,
    figures.unit,
    figures.qualifier_code,
    figures.value_status_code,
    figures.value_low,
    figures.is_value_low_open,
    figures.value_high,
    figures.is_value_high_open,
    figures.conventional_low,
    figures.conventional_high,
    case when figures.scope_code = 'each' then {{ exact('several.organisation_count * figures.value_low') }} end
        as organisations_total_low,
    case when figures.scope_code = 'each' then {{ exact('several.organisation_count * figures.value_high') }} end
        as organisations_total_high,
    figures.note,

    -- its base
    figures.base_measure_code,
    figures.base_group_code,
    figures.base_value,
    figures.base_period_text,
    figures.base_starts_on,
    figures.base_ends_on,

    -- provenance
    figures.source_name,
    figures.file_path,
    figures.file_sha256,
    figures.locator,
    figures.char_start,
    figures.char_end,
    figures.is_printed_at_place,
    figures.quotation,
    figures.observation_id,
    figures.version_number,
    figures.batch_id,
    figures.recorded_at
from figures
left join names
    on {{ bears_name('figures', 'names') }}
left join several
    on figures.figure_id = several.figure_id
