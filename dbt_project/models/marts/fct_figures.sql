-- Everything a source states, with the interval of its true value. Nothing is repaired: what is wrong with a figure stands
-- in the reports, beside it.
with figures as (

    select * from {{ ref('int_figures_bounded') }}

),

organisations as (

    select
        figure_id,
        count(distinct organisation_id) as organisation_count,
        case when count(distinct organisation_id) = 1 then min(organisation_id) end as organisation_id,
        min(resolution_code) as resolution_code
    from {{ ref('int_figures_attributed') }}
    group by figure_id

),

parents as (

    select
        attributed.figure_id,
        case when count(distinct named.parent_organisation_id) = 1 then min(named.parent_organisation_id) end
            as parent_organisation_id
    from {{ ref('int_figures_attributed') }} as attributed
    inner join {{ ref('dim_organisations') }} as named
        on attributed.organisation_id = named.organisation_id
    group by attributed.figure_id

)

select
    -- ids
    figures.figure_id,
    figures.document_id,
    figures.publication_id,
    figures.duplicate_of_figure_id,

    -- organisation; of a figure that holds for each of several, the one above them
    coalesce(organisations.organisation_id, parents.parent_organisation_id, 'unknown') as organisation_id,
    figures.organisation_name as printed_organisation_name,
    figures.level_code,
    figures.scope_code,
    figures.parent_organisation_name as printed_parent_name,
    figures.province_name,
    figures.named_on,
    organisations.organisation_count,
    organisations.resolution_code,

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
    case when figures.scope_code = 'each' then {{ exact('organisations.organisation_count * figures.value_low') }} end
        as organisations_total_low,
    case when figures.scope_code = 'each' then {{ exact('organisations.organisation_count * figures.value_high') }} end
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
inner join organisations
    on figures.figure_id = organisations.figure_id
left join parents
    on figures.figure_id = parents.figure_id
