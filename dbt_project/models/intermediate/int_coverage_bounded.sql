-- Localities with and without a cell, with and without members, as closed intervals: stated, or the rest of the whole that
-- the same document counts; null where neither is known. A printed 100 % is the whole, unless the counts beside it say otherwise.
with localities as (

    select * from {{ ref('fct_localities') }}

),

shares as (

    select * from {{ ref('int_figures_attributed') }}
    where base_measure_code = 'localities' and statement_code = 'share' and duplicate_of_figure_id is null

),

statements as (

    select
        organisation_id,
        group_code,
        period_id,
        source_id as document_id,
        ends_on
    from localities

    union

    select
        organisation_id,
        group_code,
        period_id,
        document_id,
        ends_on
    from shares

),

counts as (

    select
        organisation_id,
        group_code,
        period_id,
        source_id as document_id,
            {% for measure in [
            'localities', 'localities_with_cell', 'localities_without_cell', 'localities_with_members',
            'localities_without_members',
        ] -%}
    max(case when measure_code = '{{ measure }}' then locality_count_low end) as {{ measure }}_low,
    max(case when measure_code = '{{ measure }}' then locality_count_high end) as {{ measure }}_high{{ "," if not loop.last }}
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
        measure_code,
        max(case when value >= 100 and qualifier_code = 'exact' then 1 else 0 end) = 1 as is_printed_full,
        max(case when value_high < 100 or is_value_high_open and value_high <= 100 then 1 else 0 end) = 1 as is_printed_below
    from shares
    group by organisation_id, group_code, period_id, document_id, measure_code

),

stated as (
    {% for kind in ['cell', 'members'] %}
    select
        statements.*,
        '{{ kind }}' as coverage_code,
        counts.localities_low as total_low,
        counts.localities_high as total_high,
        counts.localities_with_{{ kind }}_low as stated_with_low,
        counts.localities_with_{{ kind }}_high as stated_with_high,
        counts.localities_without_{{ kind }}_low as stated_without_low,
        counts.localities_without_{{ kind }}_high as stated_without_high,
        coalesce(printed.is_printed_full, false) as is_printed_full,
        coalesce(printed.is_printed_below and not printed.is_printed_full, false) as is_printed_below
    from statements
    left join counts
        on
            statements.organisation_id = counts.organisation_id
            and statements.group_code = counts.group_code
            and statements.period_id = counts.period_id
            and statements.document_id = counts.document_id
    left join printed
        on
            statements.organisation_id = printed.organisation_id
            and statements.group_code = printed.group_code
            and statements.period_id = printed.period_id
            and statements.document_id = printed.document_id
            and printed.measure_code = 'localities_with_{{ kind }}'
    {% if not loop.last %}

    union all
    {% endif %}
    {% endfor %}
),

bounded as (

    select
        *,
        case
            when stated_with_low is not null then stated_with_low
            when total_low is not null then greatest(total_low - coalesce(stated_without_high, total_low), 0)
        end as with_low,
        case
            when stated_with_low is not null then stated_with_high
            when total_high is not null then greatest(total_high - coalesce(stated_without_low, 0), 0)
        end as with_high,
        case
            when stated_without_low is not null then stated_without_low
            when total_low is not null then greatest(total_low - coalesce(stated_with_high, total_low), 0)
        end as without_low,
        case
            when stated_without_low is not null then stated_without_high
            when total_high is not null then greatest(total_high - coalesce(stated_with_low, 0), 0)
        end as without_high
    from stated
    where
        stated_with_low is not null
        or stated_without_low is not null
        or is_printed_full
        or is_printed_below

)

select
    organisation_id,
    group_code,
    period_id,
    document_id,
    ends_on as counted_on,
    coverage_code,
    with_low,
    with_high,
    case when is_printed_full and coalesce(without_low, 0) = 0 then 0 else without_low end as without_low,
    case when is_printed_full and coalesce(without_low, 0) = 0 then 0 else without_high end as without_high,
    coalesce(without_high = 0, false) or (is_printed_full and coalesce(without_low, 0) = 0) as is_full,
    coalesce(without_low > 0, false) or (is_printed_below and coalesce(without_high > 0, true)) as is_below
from bounded
