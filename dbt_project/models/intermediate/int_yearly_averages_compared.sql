-- A yearly average times the number of years against the total. Of a period that does not end with a year the number of
-- years is only bounded; of one whose end is unknown, the average and the total imply it. A term of five years has six in
-- its name.
with averages as (

    select * from {{ ref('int_figures_attributed') }}
    where statement_code = 'yearly_average' and duplicate_of_figure_id is null and organisation_id <> 'unknown'

),

paired as (

    select
        averages.figure_id,
        averages.document_id,
        averages.organisation_id,
        averages.measure_code,
        averages.group_code,
        averages.period_id,
        averages.value,
        averages.value_low,
        averages.value_high,
        averages.is_value_low_open,
        averages.is_value_high_open,
        totals.figure_ids as total_figure_ids,
        totals.count_low as total_low,
        totals.count_high as total_high,
        extract(year from averages.ends_on) - extract(year from averages.starts_on) + 1
        - case when {{ ends_a_year('averages.ends_on') }} then 0 else 1 end
        - case when {{ begins_a_year('averages.starts_on') }} then 0 else 1 end
        - case when averages.period_type_code = 'term' then 1 else 0 end as year_low,
        extract(year from averages.ends_on) - extract(year from averages.starts_on) + 1 as year_high
    from averages
    inner join {{ ref('int_counts_selected') }} as totals
        on
            averages.document_id = totals.document_id
            and averages.organisation_id = totals.organisation_id
            and averages.measure_code = totals.measure_code
            and averages.group_code = totals.group_code
            and averages.period_id = totals.period_id

),

multiplied as (

    select
        *,
        cast(
            case
                when is_value_low_open then floor({{ multiply_exactly('value_low', 'year_low') }}) + 1
                else ceil({{ multiply_exactly('value_low', 'year_low') }})
            end as bigint
        ) as expected_low,
        cast(
            case
                when is_value_high_open then ceil({{ multiply_exactly('value_high', 'year_high') }}) - 1
                else floor({{ multiply_exactly('value_high', 'year_high') }})
            end as bigint
        ) as expected_high,
        case when total_low = total_high and value_high > 0 then {{ divide_up('total_low', 'value_high') }} end
            as implied_year_low,
        case when total_low = total_high and value_low > 0 then {{ divide_down('total_low', 'value_low') }} end
            as implied_year_high
    from paired

),

decided as (

    select
        *,
        case
            when year_low is null then 'undecidable'
            when total_low > expected_high or total_high < expected_low then 'contradicted'
            when total_low = total_high and year_low = year_high then 'confirmed'
            else 'consistent'
        end as verdict
    from multiplied

),

compared as (

    select
        'yearly_average_against_total' as rule_code,
        document_id,
        organisation_id,
        measure_code,
        group_code,
        period_id,
        figure_id as observed_figure_id,
        {{ join_figures('figure_id', 'total_figure_ids') }} as figure_ids,
        cast(year_low as bigint) as part_count,
        cast(year_high as bigint) as whole_part_count,
        total_low as observed_low,
        total_high as observed_high,
        expected_low,
        expected_high,
        case when verdict = 'undecidable' then 'years' end as implied_code,
        case when verdict = 'undecidable' then implied_year_low end as implied_low,
        case when verdict = 'undecidable' then implied_year_high end as implied_high,
        verdict,
        case
            when verdict = 'undecidable' then 'period_end_not_stated'
            when verdict = 'contradicted' then 'average_differs'
            else 'average_agrees'
        end as reason_code,
        cast(null as {{ dbt.type_string() }}) as explanation_code,
        'tổng ' || {{ format_bounds('total_low', 'total_high', 'vi') }} || ' và bình quân '
        || {{ format_number('value', 'vi') }} || '/năm'
        || case
            when verdict = 'undecidable'
                then
                    ': cần ' || {{ format_bounds('implied_year_low', 'implied_year_high', 'vi') }}
                    || ' năm, mà kỳ không ghi ngày cuối'
            else
                ' trong ' || {{ format_bounds('year_low', 'year_high', 'vi') }} || ' năm'
                || case when verdict = 'contradicted' then ' không thể cùng đúng: tổng phải ' else ': tổng ' end
                || {{ format_bounds('expected_low', 'expected_high', 'vi') }}
        end as detail_vi,
        'a total of ' || {{ format_bounds('total_low', 'total_high', 'en') }} || ' and an average of '
        || {{ format_number('value', 'en') }} || ' a year'
        || case
            when verdict = 'undecidable'
                then
                    ': this takes ' || {{ format_bounds('implied_year_low', 'implied_year_high', 'en') }}
                    || ' years, and the period has no stated end'
            else
                ' in ' || {{ format_bounds('year_low', 'year_high', 'en') }} || ' years'
                || case when verdict = 'contradicted' then ' cannot both be right: the total would be ' else ': a total of ' end
                || {{ format_bounds('expected_low', 'expected_high', 'en') }}
        end as detail_en
    from decided

)

select
    {{ comparison_columns() }}
from compared
