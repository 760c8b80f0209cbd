-- Words that do not fit their numbers, each a pattern that stands alone:
--   a vague word before a number given to its last unit ("gần 15.927");
--   admissions that include those still expected (614 = 260 admitted + 354 expected);
--   the coverage called attainment of a target (111/112 as "trên 99 % chỉ tiêu");
--   an attainment that counts from later than its target does (since 2021, of the target of 2020-2025);
--   admissions that stand in one sentence with the members of other organisations, and are more than any of these;
--   as many withdrawals as expulsions: "cho ra khỏi Đảng" is said of both, and may be of the same persons.
with figures as (

    select * from {{ ref('int_figures_attributed') }}
    where duplicate_of_figure_id is null and measure_code <> 'unclassified'

),

vague as (

    select
        document_id,
        organisation_id,
        measure_code,
        group_code,
        period_id,
        figure_id as observed_figure_id,
        figure_id as figure_ids,
        value as observed_low,
        value as observed_high,
        cast(null as decimal(18, 6)) as expected_low,
        cast(null as decimal(18, 6)) as expected_high,
        'consistent' as verdict,
        'vague_word_exact_number' as reason_code,
        'từ ước lượng đứng trước một số chính xác đến hàng đơn vị: ' || printed as detail_vi,
        'a vague word stands before a number given to its last unit: ' || printed as detail_en
    from figures
    where
        qualifier_code in ('nearly', 'over', 'about')
        and unit <> 'percent'
        and statement_code = 'level'
        and value >= 100
        and value % 10 <> 0

),

expected as (

    select
        totals.document_id,
        totals.organisation_id,
        totals.measure_code,
        totals.group_code,
        totals.period_id,
        totals.figure_id as observed_figure_id,
        totals.figure_id || '|' || admitted.figure_id || '|' || awaited.figure_id as figure_ids,
        totals.value as observed_low,
        totals.value as observed_high,
        admitted.value as expected_low,
        admitted.value as expected_high,
        'contradicted' as verdict,
        'expected_counted_as_admitted' as reason_code,
        {{ format_number('totals.value', 'vi') }} || ' được nói là đã kết nạp, nhưng gồm '
        || {{ format_number('admitted.value', 'vi') }} || ' đã kết nạp và '
        || {{ format_number('awaited.value', 'vi') }} || ' dự kiến kết nạp' as detail_vi,
        {{ format_number('totals.value', 'en') }} || ' are said to have been admitted, but '
        || {{ format_number('admitted.value', 'en') }} || ' have been and '
        || {{ format_number('awaited.value', 'en') }} || ' are expected' as detail_en
    from figures as totals
    inner join figures as admitted
        on
            totals.document_id = admitted.document_id
            and totals.organisation_id = admitted.organisation_id
            and totals.group_code = admitted.group_code
            and admitted.measure_code = 'admissions'
            and admitted.statement_code = 'level'
            and totals.value > admitted.value
    inner join figures as awaited
        on
            totals.document_id = awaited.document_id
            and totals.organisation_id = awaited.organisation_id
            and totals.group_code = awaited.group_code
            and awaited.measure_code = 'expected_admissions'
            and awaited.statement_code = 'level'
    where
        totals.measure_code = 'admissions'
        and totals.statement_code = 'level'
        and totals.organisation_id <> 'unknown'
        and totals.value = admitted.value + awaited.value

),

coverage as (

    select
        attainments.document_id,
        attainments.organisation_id,
        attainments.measure_code,
        attainments.group_code,
        attainments.period_id,
        attainments.figure_id as observed_figure_id,
        attainments.figure_id || '|' || ratios.figure_id as figure_ids,
        attainments.value_low as observed_low,
        attainments.value_high as observed_high,
        cast(null as decimal(18, 6)) as expected_low,
        cast(null as decimal(18, 6)) as expected_high,
        'consistent' as verdict,
        'coverage_called_attainment' as reason_code,
        ratios.printed || ' là mức bao phủ, nhưng được gọi là ' || attainments.printed || ' % chỉ tiêu' as detail_vi,
        ratios.printed || ' is the coverage, but it is called ' || attainments.printed || '% of a target' as detail_en
    from figures as attainments
    inner join figures as ratios
        on
            attainments.document_id = ratios.document_id
            and attainments.organisation_id = ratios.organisation_id
            and attainments.measure_code = ratios.measure_code
            and attainments.group_code = ratios.group_code
            and attainments.period_id = ratios.period_id
            and ratios.statement_code = 'part_of_ratio'
    where
        attainments.statement_code = 'attainment'
        and attainments.base_measure_code = 'locality_coverage_target'
        and attainments.base_value is null
        and {{ multiply_exactly('100 * ratios.value', '1') }}
        >= {{ multiply_exactly('ratios.base_value', 'attainments.value_low') }}
        and (
            attainments.value_high is null
            or {{ multiply_exactly('100 * ratios.value', '1') }}
            <= {{ multiply_exactly('ratios.base_value', 'attainments.value_high') }}
        )

),

late_starts as (

    select
        attainments.document_id,
        attainments.organisation_id,
        attainments.measure_code,
        attainments.group_code,
        attainments.period_id,
        attainments.figure_id as observed_figure_id,
        attainments.figure_id || '|' || targets.figure_id || coalesce('|' || counts.figure_ids, '') as figure_ids,
        attainments.value_low as observed_low,
        attainments.value_high as observed_high,
        cast(null as decimal(18, 6)) as expected_low,
        cast(null as decimal(18, 6)) as expected_high,
        'consistent' as verdict,
        'count_starts_after_target' as reason_code,
        'đếm từ ' || {{ format_day('attainments.starts_on', 'vi') }} || ', trong khi chỉ tiêu tính từ '
        || {{ format_day('targets.starts_on', 'vi') }} as detail_vi,
        'counted since ' || {{ format_day('attainments.starts_on', 'en') }} || ', while the target runs from '
        || {{ format_day('targets.starts_on', 'en') }} as detail_en
    from figures as attainments
    inner join figures as targets
        on
            attainments.document_id = targets.document_id
            and attainments.organisation_id = targets.organisation_id
            and attainments.base_measure_code = targets.measure_code
            and attainments.base_group_code = targets.group_code
            and targets.statement_code = 'level'
            and attainments.base_value = targets.value
            and {{ period_contains('targets.starts_on', 'targets.ends_on', 'attainments.starts_on', 'attainments.ends_on') }}
            and attainments.starts_on > targets.starts_on
    left join {{ ref('int_counts_selected') }} as counts
        on
            attainments.document_id = counts.document_id
            and attainments.organisation_id = counts.organisation_id
            and attainments.measure_code = counts.measure_code
            and attainments.group_code = counts.group_code
            and attainments.period_id = counts.period_id
    where attainments.statement_code = 'attainment' and targets.period_type_code in ('term', 'multi_year')

),

listed as (

    select
        figures.*,
        sentences.sentence_number
    from figures
    inner join {{ ref('int_figures_in_sentences') }} as sentences
        on figures.figure_id = sentences.figure_id
    where
        figures.measure_code in ('admissions', 'members')
        and figures.statement_code = 'level'
        and figures.scope_code = 'one'
        and figures.organisation_id <> 'unknown'

),

mixed as (

    select
        document_id,
        group_code,
        min(case when measure_code = 'admissions' then figure_id end) as observed_figure_id,
        {{ dbt.listagg('figure_id', "'|'", 'order by figure_id') }} as figure_ids,
        min(case when measure_code = 'admissions' then value end) as fewest_admissions,
        max(case when measure_code = 'members' then value end) as most_members
    from listed
    group by document_id, sentence_number, level_code, group_code
    having
        -- a list of organisations, each with one number, and several of both
        count(distinct organisation_id) = count(*)
        and sum(case when measure_code = 'admissions' then 1 else 0 end) > 1
        and sum(case when measure_code = 'members' then 1 else 0 end) > 1
        and min(case when measure_code = 'admissions' then value end)
        > max(case when measure_code = 'members' then value end)

),

admitted_members as (

    select
        mixed.document_id,
        listed.organisation_id,
        listed.measure_code,
        listed.group_code,
        listed.period_id,
        mixed.observed_figure_id,
        mixed.figure_ids,
        mixed.fewest_admissions as observed_low,
        mixed.fewest_admissions as observed_high,
        cast(null as decimal(18, 6)) as expected_low,
        cast(null as decimal(18, 6)) as expected_high,
        'consistent' as verdict,
        'admissions_among_members' as reason_code,
        'nói là kết nạp từ ' || {{ format_number('mixed.fewest_admissions', 'vi') }}
        || ' người trở lên, nhưng trong cùng câu số đảng viên của các đơn vị khác nhiều nhất là '
        || {{ format_number('mixed.most_members', 'vi') }} || '; có thể đều là số đảng viên' as detail_vi,
        'at least ' || {{ format_number('mixed.fewest_admissions', 'en') }}
        || ' are said to have been admitted, but in the same sentence other organisations have at most '
        || {{ format_number('mixed.most_members', 'en') }} || ' members; all of them may be members' as detail_en
    from mixed
    inner join listed
        on mixed.observed_figure_id = listed.figure_id

),

counted_twice as (

    select
        withdrawals.document_id,
        withdrawals.organisation_id,
        withdrawals.measure_code,
        withdrawals.group_code,
        withdrawals.period_id,
        withdrawals.figure_id as observed_figure_id,
        withdrawals.figure_id || '|' || expulsions.figure_id as figure_ids,
        withdrawals.value as observed_low,
        withdrawals.value as observed_high,
        cast(null as decimal(18, 6)) as expected_low,
        cast(null as decimal(18, 6)) as expected_high,
        'consistent' as verdict,
        'same_persons_possible' as reason_code,
        'cho ra khỏi Đảng ' || withdrawals.printed || ', khai trừ ' || expulsions.printed
        || ': nếu là cùng những người thì chỉ đếm một lần' as detail_vi,
        withdrawals.printed || ' withdrawals and ' || expulsions.printed
        || ' expulsions: if they are the same persons, they count once' as detail_en
    from figures as withdrawals
    inner join figures as expulsions
        on
            withdrawals.document_id = expulsions.document_id
            and withdrawals.organisation_id = expulsions.organisation_id
            and withdrawals.group_code = expulsions.group_code
            and withdrawals.period_id = expulsions.period_id
            and expulsions.measure_code = 'expulsions'
            and expulsions.statement_code = 'level'
            and withdrawals.value = expulsions.value
    where
        withdrawals.measure_code = 'withdrawals'
        and withdrawals.statement_code = 'level'
        -- a form has a line for each, and one is as often as not one
        and withdrawals.publication_id is not null
        and withdrawals.organisation_id <> 'unknown'
        and withdrawals.value > 1

),

found as (

    select * from vague
    union all
    select * from expected
    union all
    select * from coverage
    union all
    select * from late_starts
    union all
    select * from admitted_members
    union all
    select * from counted_twice

),

compared as (

    select
        'wording' as rule_code,
        document_id,
        organisation_id,
        measure_code,
        group_code,
        period_id,
        observed_figure_id,
        figure_ids,
        cast(null as bigint) as part_count,
        cast(null as bigint) as whole_part_count,
        observed_low,
        observed_high,
        expected_low,
        expected_high,
        cast(null as {{ dbt.type_string() }}) as implied_code,
        cast(null as bigint) as implied_low,
        cast(null as bigint) as implied_high,
        verdict,
        reason_code,
        cast(null as {{ dbt.type_string() }}) as explanation_code,
        detail_vi,
        detail_en
    from found

)

select
    {{ comparison_columns() }}
from compared
