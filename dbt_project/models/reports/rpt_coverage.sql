-- Villages, schools and health stations with and without a cell or members, one row per day; what changed since the count
-- before, and between which days all had been reached. These two are repeated on every row of an organisation and type:
-- a count of cells says nothing of the day when members were everywhere.
with localities as (

    select * from {{ ref('fct_localities') }}

),

shares as (

    select * from {{ ref('int_figures_attributed') }}
    where base_measure_code = 'localities' and statement_code = 'share' and duplicate_of_figure_id is null

),

cells as (

    select
        organisation_id,
        group_code,
        period_id,
        source_id as document_id,
        starts_on,
        ends_on
    from localities

    union

    select
        organisation_id,
        group_code,
        period_id,
        document_id,
        starts_on,
        ends_on
    from shares

),

counted as (

    select
        organisation_id,
        group_code,
        period_id,
        source_id as document_id,
            {% for measure in [
            'localities', 'localities_with_cell', 'localities_without_cell', 'localities_with_members',
            'localities_without_members',
        ] -%}
    max(case when measure_code = '{{ measure }}' then locality_count end) as {{ measure }}{{ "," if not loop.last }}
    {% endfor %}
    from localities
    group by organisation_id, group_code, period_id, source_id

),

printed as (

    select
        organisation_id,
        group_code,
        period_id,
        document_id,
        min(case when measure_code = 'localities_with_cell' then value_low end) as with_cell_low_pct,
        max(case when measure_code = 'localities_with_cell' then value_high end) as with_cell_high_pct,
        min(case when measure_code = 'localities_with_members' then value_low end) as with_members_low_pct,
        max(case when measure_code = 'localities_with_members' then value_high end) as with_members_high_pct
    from shares
    group by organisation_id, group_code, period_id, document_id

),

compared as (

    select * from {{ ref('int_coverage_compared') }}

),

reached as (

    select
        organisation_id,
        group_code,
        coverage_code,
        max(reached_after) as reached_after,
        max(reached_by) as reached_by
    from compared
    group by organisation_id, group_code, coverage_code

)

select
    {{ surrogate_key(['cells.organisation_id', 'cells.group_code', 'cells.period_id', 'cells.document_id']) }} as coverage_id,
    cells.organisation_id,
    organisations.organisation_name,
    organisations.level_code,
    organisations.province_name,
    cells.group_code,
    cells.period_id,
    periods.period_label_vi,
    periods.period_label_en,
    cells.ends_on as counted_on,
    counted.localities,
    counted.localities_with_cell,
    counted.localities_without_cell,
    counted.localities_with_members,
    counted.localities_without_members,
    {{ percentage('counted.localities_with_cell', 'counted.localities') }} as with_cell_pct,
    printed.with_cell_low_pct,
    printed.with_cell_high_pct,
    printed.with_members_low_pct,
    printed.with_members_high_pct,
    {%- for kind in ['cell', 'members'] %}
    {{ kind }}.without_low as without_{{ kind }}_low,
    {{ kind }}.without_high as without_{{ kind }}_high,
    {{ kind }}.previous_counted_on as previous_{{ kind }}_counted_on,
    {{ kind }}.previous_document_id as previous_{{ kind }}_document_id,
    {{ kind }}.with_change_low as with_{{ kind }}_change_low,
    {{ kind }}.with_change_high as with_{{ kind }}_change_high,
    {{ kind }}.without_change_low as without_{{ kind }}_change_low,
    {{ kind }}.without_change_high as without_{{ kind }}_change_high,
    {{ kind }}_reached.reached_after as full_{{ kind }}_reached_after,
    {{ kind }}_reached.reached_by as full_{{ kind }}_reached_by,
    {%- endfor %}
    cells.document_id
from cells
inner join {{ ref('dim_organisations') }} as organisations
    on cells.organisation_id = organisations.organisation_id
inner join {{ ref('dim_periods') }} as periods
    on cells.period_id = periods.period_id
left join counted
    on
        cells.organisation_id = counted.organisation_id
        and cells.group_code = counted.group_code
        and cells.period_id = counted.period_id
        and cells.document_id = counted.document_id
left join printed
    on
        cells.organisation_id = printed.organisation_id
        and cells.group_code = printed.group_code
        and cells.period_id = printed.period_id
        and cells.document_id = printed.document_id
{%- for kind in ['cell', 'members'] %}
left join compared as {{ kind }}
    on
        cells.organisation_id = {{ kind }}.organisation_id
        and cells.group_code = {{ kind }}.group_code
        and cells.period_id = {{ kind }}.period_id
        and cells.document_id = {{ kind }}.document_id
        and {{ kind }}.coverage_code = '{{ kind }}'
left join reached as {{ kind }}_reached
    on
        cells.organisation_id = {{ kind }}_reached.organisation_id
        and cells.group_code = {{ kind }}_reached.group_code
        and {{ kind }}_reached.coverage_code = '{{ kind }}'
{%- endfor %}
