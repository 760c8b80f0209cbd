-- Several percentages of one unprinted base, each with its count: some whole base must serve them all.
with ratios as (

    select
        *,
        case
            when
                statement_code in ('attainment', 'excess_over_target')
                and period_type_code in ('year', 'year_to_date', 'months_to_date', 'half_year')
                and extract(year from starts_on) = extract(year from ends_on)
                then 'year ' || cast(extract(year from starts_on) as {{ dbt.type_string() }})
            else period_id
        end as base_period
    from {{ ref('int_ratios_tested') }}
    where
        is_numerator_known
        -- a base that is known as the sum of its parts is not printed either
        and (not is_base_known or base_figure_ids like '%|%')
        and not is_period_assumed
        and is_possible
        and (implied_base_low is not null or implied_base_high is not null)

),

met as (

    select
        document_id,
        organisation_id,
        base_measure_code as measure_code,
        base_group_code as group_code,
        base_period,
        min(period_id) as period_id,
        count(*) as part_count,
        min(figure_id) as observed_figure_id,
        {{ dbt.listagg("figure_id || '|' || numerator_figure_ids", "'|'", 'order by figure_id') }} as figure_ids,
        max(implied_base_low) as base_low,
        min(implied_base_high) as base_high
    from ratios
    group by document_id, organisation_id, base_measure_code, base_group_code, base_period
    having count(*) > 1

),

compared as (

    select
        'implied_base' as rule_code,
        document_id,
        organisation_id,
        measure_code,
        group_code,
        period_id,
        observed_figure_id,
        figure_ids,
        part_count,
        cast(null as bigint) as whole_part_count,
        cast(null as bigint) as observed_low,
        cast(null as bigint) as observed_high,
        base_low as expected_low,
        base_high as expected_high,
        'base' as implied_code,
        base_low as implied_low,
        base_high as implied_high,
        case when base_low > base_high then 'contradicted' else 'consistent' end as verdict,
        case when base_low > base_high then 'bases_do_not_meet' else 'bases_meet' end as reason_code,
        cast(null as {{ dbt.type_string() }}) as explanation_code,
        cast(part_count as {{ dbt.type_string() }}) || ' tỷ lệ có chung một tổng không in: '
        || case
            when base_low > base_high
                then
                    'không có số nào vừa cả (ít nhất ' || {{ format_number('base_low', 'vi') }} || ', nhiều nhất '
                    || {{ format_number('base_high', 'vi') }} || ')'
            else {{ format_bounds('base_low', 'base_high', 'vi') }}
        end as detail_vi,
        cast(part_count as {{ dbt.type_string() }}) || ' percentages share a base that is not printed: '
        || case
            when base_low > base_high
                then
                    'none fits them all (at least ' || {{ format_number('base_low', 'en') }} || ', at most '
                    || {{ format_number('base_high', 'en') }} || ')'
            else {{ format_bounds('base_low', 'base_high', 'en') }}
        end as detail_en
    from met

)

select
    {{ comparison_columns() }}
from compared
