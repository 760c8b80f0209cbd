-- Cells against localities. A locality with a cell of its own has at least one: localities with a cell are no more than the cells
-- under grassroots committees and the grassroots cells together. Where cells are set up for localities that have none, they are no
-- more than these were on the day before which none was set up. Neither is certain, for cells that are not of a locality, or
-- second ones of it, may not be printed: more than that is not decided.
with counts as (

    select * from {{ ref('int_counts_selected') }}
    where measure_code in ('cells', 'grassroots_cells', 'cells_established', 'localities_with_cell', 'localities_without_cell')

),

-- the group that says most
localities as (

    select
        *,
        row_number() over (
            partition by document_id, organisation_id, measure_code, period_id
            order by count_low desc, group_code
        ) as preference
    from counts
    where measure_code in ('localities_with_cell', 'localities_without_cell')

),

stocks as (

    select
        cells.document_id,
        cells.organisation_id,
        cells.measure_code,
        cells.group_code,
        cells.period_id,
        cells.figure_id as observed_figure_id,
        {{ join_figures('cells.figure_id', 'grassroots.figure_ids') }} as cell_figure_ids,
        localities.figure_ids as locality_figure_ids,
        cells.count_low + coalesce(grassroots.count_low, 0) as observed_low,
        cells.count_high + coalesce(grassroots.count_high, 0) as observed_high,
        localities.count_low as expected_low,
        cast(null as bigint) as expected_high,
        coalesce(cells.count_high + coalesce(grassroots.count_high, 0) >= localities.count_low, true) as has_room,
        {{ format_bounds('localities.count_low', 'localities.count_high', 'vi') }} || ' nơi có chi bộ; '
        || {{ format_bounds(
            'cells.count_low + coalesce(grassroots.count_low, 0)', 'cells.count_high + coalesce(grassroots.count_high, 0)', 'vi'
        ) }}
        || ' chi bộ' as detail_vi,
        {{ format_bounds('localities.count_low', 'localities.count_high', 'en') }} || ' localities with a cell; '
        || {{ format_bounds(
            'cells.count_low + coalesce(grassroots.count_low, 0)', 'cells.count_high + coalesce(grassroots.count_high, 0)', 'en'
        ) }}
        || ' cells' as detail_en
    from counts as cells
    inner join localities
        on
            cells.document_id = localities.document_id
            and cells.organisation_id = localities.organisation_id
            and cells.period_id = localities.period_id
            and localities.measure_code = 'localities_with_cell'
            and localities.preference = 1
    left join counts as grassroots
        on
            cells.document_id = grassroots.document_id
            and cells.organisation_id = grassroots.organisation_id
            and cells.group_code = grassroots.group_code
            and cells.period_id = grassroots.period_id
            and grassroots.measure_code = 'grassroots_cells'
    where cells.measure_code = 'cells' and cells.group_code = 'all' and cells.figure_id is not null

),

-- of an organisation, or of those named below it
established as (

    select
        document_id,
        organisation_id,
        measure_code,
        group_code,
        period_id,
        figure_id as observed_figure_id,
        figure_ids,
        count_low,
        count_high
    from counts
    where measure_code = 'cells_established' and figure_id is not null

    union all

    select
        document_id,
        organisation_id,
        measure_code,
        group_code,
        period_id,
        observed_figure_id,
        figure_ids,
        cast(expected_low as bigint) as count_low,
        cast(expected_high as bigint) as count_high
    from {{ ref('int_organisations_compared') }}
    where measure_code = 'cells_established' and observed_figure_id is null

),

periods as (

    select distinct
        document_id,
        period_id,
        starts_on
    from counts
    where measure_code = 'cells_established'

),

flows as (

    select
        established.document_id,
        established.organisation_id,
        established.measure_code,
        established.group_code,
        established.period_id,
        established.observed_figure_id,
        established.figure_ids as cell_figure_ids,
        localities.figure_ids as locality_figure_ids,
        established.count_low as observed_low,
        established.count_high as observed_high,
        cast(null as bigint) as expected_low,
        localities.count_high as expected_high,
        coalesce(established.count_low <= localities.count_high, true) as has_room,
        {{ format_bounds('localities.count_low', 'localities.count_high', 'vi') }} || ' nơi chưa có chi bộ ngày '
        || {{ format_day('localities.ends_on', 'vi') }} || '; thành lập '
        || {{ format_bounds('established.count_low', 'established.count_high', 'vi') }} || ' chi bộ' as detail_vi,
        {{ format_bounds('localities.count_low', 'localities.count_high', 'en') }} || ' localities without a cell on '
        || {{ format_day('localities.ends_on', 'en') }} || '; '
        || {{ format_bounds('established.count_low', 'established.count_high', 'en') }} || ' cells were set up' as detail_en
    from established
    inner join periods
        on established.document_id = periods.document_id and established.period_id = periods.period_id
    inner join localities
        on
            established.document_id = localities.document_id
            and established.organisation_id = localities.organisation_id
            and periods.starts_on = localities.ends_on
            and localities.measure_code = 'localities_without_cell'
            and localities.preference = 1
    where established.group_code = 'all'

),

together as (

    select * from stocks
    union all
    select * from flows

),

compared as (

    select
        'cells_against_localities' as rule_code,
        document_id,
        organisation_id,
        measure_code,
        group_code,
        period_id,
        observed_figure_id,
        {{ join_figures('cell_figure_ids', 'locality_figure_ids') }} as figure_ids,
        cast(null as bigint) as part_count,
        cast(null as bigint) as whole_part_count,
        observed_low,
        observed_high,
        expected_low,
        expected_high,
        cast(null as {{ dbt.type_string() }}) as implied_code,
        cast(null as bigint) as implied_low,
        cast(null as bigint) as implied_high,
        case when has_room then 'consistent' else 'undecidable' end as verdict,
        case when has_room then 'bounds_leave_room' else 'other_cells_not_stated' end as reason_code,
        cast(null as {{ dbt.type_string() }}) as explanation_code,
        detail_vi,
        detail_en
    from together

)

select
    {{ comparison_columns() }}
from compared
