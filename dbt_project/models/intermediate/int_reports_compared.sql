-- Reports against other reports: what one repeats against what was reported then; all its numbers against those of the report
-- before; the number of an organisation against those of the organisations below. Only contradictions are kept.
-- A number that is repeated is only compared if the report counts something of the same organisation itself: a merged commune
-- repeats what several reported, under the name of one of them.
-- depends_on: {{ ref('int_reports_changed') }}
-- depends_on: {{ ref('int_documents_changed') }}
{{ config(materialized='incremental', incremental_strategy='append', on_schema_change='fail', pre_hook='{{ forget_reports() }}') }}
{% set least_different_numbers = 5 %}

with counts as {{ counts_reading() }} (

    {{ counts_to_check() }}

),

contents as (

    select * from {{ ref('int_contents_counted') }}
    where publication_id is null and organisation_id <> 'unknown' and level_count > 0

),

-- what a report repeats

figures as {{ inlined() }} (

    select * from {{ ref('int_figures_attributed') }}
    where
        publication_id is null
        and statement_code = 'repeated_level'
        and duplicate_of_figure_id is null
        and organisation_id <> 'unknown'
        {% if is_incremental() %}
        and {{ is_in_changed_period('period_id', 'int_reports_changed') }}
        and (organisation_id, period_id) in (
            select
                changed.organisation_id,
                changed.period_id
            from {{ ref('int_reports_changed') }} as changed
        )
        {% endif %}

),

repeated as (

    select
        figures.document_id,
        figures.organisation_id,
        figures.measure_code,
        figures.group_code,
        figures.period_id,
        figures.period_type_code,
        figures.ends_on,
        figures.figure_id,
        figures.batch_id,
        {{ count_low('figures.value_low', 'figures.is_value_low_open') }} as count_low,
        {{ count_high('figures.value_high', 'figures.is_value_high_open') }} as count_high,
        counts.figure_id as counted_figure_id,
        counts.batch_id as counted_batch_id,
        counts.count_low as counted_low,
        counts.count_high as counted_high
    from figures
    inner join counts
        on
            figures.source_name = counts.source_id
            and figures.organisation_id = counts.organisation_id
            and figures.measure_code = counts.measure_code
            and figures.group_code = counts.group_code
            and figures.period_id = counts.period_id

),

repetitions as (

    select
        repeated.document_id,
        repeated.organisation_id,
        repeated.measure_code,
        repeated.group_code,
        repeated.period_id,
        repeated.figure_id,
        repeated.counted_figure_id,
        repeated.count_low,
        repeated.count_high,
        repeated.counted_low,
        repeated.counted_high,
        greatest(repeated.batch_id, repeated.counted_batch_id) as batch_id,
        max(
            case
                when
                    repeated.period_type_code = 'instant'
                    and contents.period_type_code <> 'instant'
                    and {{ period_adjoins('repeated.ends_on', 'contents.starts_on') }}
                    then 1
                else 0
            end
        ) = 1 as is_opening
    from repeated
    inner join contents
        on repeated.document_id = contents.document_id and repeated.organisation_id = contents.organisation_id
    where {{ verdict_if_equal('count_low', 'count_high', 'counted_low', 'counted_high') }} = 'contradicted'
    group by
        repeated.document_id, repeated.organisation_id, repeated.measure_code, repeated.group_code, repeated.period_id,
        repeated.figure_id, repeated.counted_figure_id, repeated.count_low, repeated.count_high, repeated.counted_low,
        repeated.counted_high, repeated.batch_id, repeated.counted_batch_id

),

-- the report before

pairs as (

    select
        later.document_id,
        later.organisation_id,
        later.period_id,
        earlier.document_id as earlier_document_id,
        earlier.period_id as earlier_period_id
    from contents as later
    inner join contents as earlier
        on
            later.source_name = earlier.source_name
            and later.organisation_id = earlier.organisation_id
            and later.period_type_code = earlier.period_type_code
            and {{ day_before('later.starts_on') }} = earlier.ends_on
            and later.level_count = earlier.level_count
            and later.level_total = earlier.level_total
            and later.greatest_level = earlier.greatest_level
    {%- if is_incremental() %}
    inner join {{ ref('int_reports_changed') }} as changed
        on later.organisation_id = changed.organisation_id and later.period_id = changed.period_id
    {%- endif %}
    -- of so many different numbers above zero, the greatest is not less than there are
    where later.greatest_level >= {{ least_different_numbers }} and later.period_type_code <> 'instant'

),

earlier_counts as (

    select * from (

        {{ reported_counts() }}

    ) as counts
    where
        (document_id, organisation_id, period_id)
        in {{ few_rows('pairs', ['earlier_document_id', 'organisation_id', 'earlier_period_id']) }}

),

copies as (

    select
        pairs.document_id,
        pairs.organisation_id,
        pairs.period_id,
        pairs.earlier_document_id,
        min(later.measure_code) as measure_code,
        count(*) as equal_count,
        {{ dbt.listagg('later.figure_id', "'|'", 'order by later.figure_id') }} as figure_ids,
        greatest(max(later.batch_id), max(earlier.batch_id)) as batch_id
    from {{ few_rows('pairs', ['document_id', 'organisation_id', 'period_id', 'earlier_document_id', 'earlier_period_id']) }} as pairs
    inner join counts as later
        on
            pairs.document_id = later.document_id
            and pairs.organisation_id = later.organisation_id
            and pairs.period_id = later.period_id
    left join earlier_counts as earlier
        on
            pairs.earlier_document_id = earlier.document_id
            and pairs.organisation_id = earlier.organisation_id
            and pairs.earlier_period_id = earlier.period_id
            and later.measure_code = earlier.measure_code
            and later.group_code = earlier.group_code
            and later.count_low = earlier.count_low
            and later.count_high = earlier.count_high
    group by pairs.document_id, pairs.organisation_id, pairs.period_id, pairs.earlier_document_id
    having
        count(*) = count(earlier.figure_id)
        and count(distinct case when later.count_low > 0 then later.count_low end) >= {{ least_different_numbers }}

),

-- the reports below

organisations as (

    select
        organisation_id,
        parent_organisation_id,
        valid_from,
        coalesce(valid_to, cast('9999-12-31' as date)) as valid_to
    from {{ ref('dim_organisations') }}
    where parent_organisation_id is not null

),

above as (

    select
        counts.*,
        known.known_child_count
    from counts
    inner join {{ ref('int_children_known') }} as known
        on counts.organisation_id = known.organisation_id and counts.ends_on = known.ends_on
    inner join {{ ref('measures') }} as measures
        on counts.measure_code = measures.measure_code
    where measures.adds_over_organisations

),

-- an organisation above is checked anew with all below it, those of which nothing changed too
counts_below as {{ inlined() }} (

    {{ reported_counts(is_in_changed_period('period_id', 'int_reports_changed') if is_incremental() else '1 = 1') }}

),

-- admissions are summed already, over organisations that report nothing themselves too
sums as (

    select
        above.figure_id as whole_figure_id,
        rolled_up.admissions_low as sum_low,
        rolled_up.admissions_high as sum_high,
        rolled_up.batch_id
    from above
    inner join {{ ref('int_admissions_rolled_up') }} as rolled_up
        on
            above.organisation_id = rolled_up.organisation_id
            and above.group_code = rolled_up.group_code
            and above.period_id = rolled_up.period_id
    where above.measure_code = 'admissions' and rolled_up.is_whole

    union all

    select
        above.figure_id as whole_figure_id,
        sum(below.count_low) as sum_low,
        case when count(below.count_high) = count(*) then sum(below.count_high) end as sum_high,
        max(below.batch_id) as batch_id
    from above
    {{ join_counts_below('above', 'counts_below') }}
    where above.measure_code <> 'admissions'
    group by above.figure_id, above.known_child_count
    having sum(case when {{ stands('below.ends_on') }} then 1 else 0 end) >= above.known_child_count

),

differing as (

    select
        above.*,
        sums.sum_low,
        sums.sum_high,
        sums.batch_id as sum_batch_id
    from above
    inner join sums
        on above.figure_id = sums.whole_figure_id
    where {{ verdict_if_equal('above.count_low', 'above.count_high', 'sums.sum_low', 'sums.sum_high') }} = 'contradicted'

),

evidence as (

    select
        differing.figure_id as whole_figure_id,
        {{ dbt.listagg('below.figure_id', "'|'", 'order by below.figure_id') }} as figure_ids
    from {{ few_rows('differing', ['figure_id', 'source_id', 'organisation_id', 'measure_code', 'group_code', 'period_id']) }} as differing
    {{ join_counts_below('differing', 'counts_below') }}
    group by differing.figure_id

),

compared as (

    select
        'repeated_by_report' as rule_code,
        document_id,
        organisation_id,
        measure_code,
        group_code,
        period_id,
        figure_id as observed_figure_id,
        {{ join_figures('figure_id', 'counted_figure_id') }} as figure_ids,
        cast(null as bigint) as part_count,
        cast(null as bigint) as whole_part_count,
        count_low as observed_low,
        count_high as observed_high,
        counted_low as expected_low,
        counted_high as expected_high,
        case when is_opening then 'opening_differs' else 'repetition_differs' end as reason_code,
        'báo cáo nhắc lại ' || {{ format_bounds('count_low', 'count_high', 'vi') }}
        || '; đã báo cáo ' || {{ format_bounds('counted_low', 'counted_high', 'vi') }} as detail_vi,
        'the report repeats ' || {{ format_bounds('count_low', 'count_high', 'en') }}
        || '; reported were ' || {{ format_bounds('counted_low', 'counted_high', 'en') }} as detail_en,
        batch_id
    from repetitions

    union all

    select
        'copied_report' as rule_code,
        document_id,
        organisation_id,
        measure_code,
        'all' as group_code,
        period_id,
        cast(null as {{ dbt.type_string() }}) as observed_figure_id,
        figure_ids,
        equal_count as part_count,
        equal_count as whole_part_count,
        cast(null as bigint) as observed_low,
        cast(null as bigint) as observed_high,
        cast(null as bigint) as expected_low,
        cast(null as bigint) as expected_high,
        'numbers_copied' as reason_code,
        'cả ' || {{ format_number('equal_count', 'vi') }} || ' số giống hệt báo cáo kỳ trước (' || earlier_document_id || ')'
            as detail_vi,
        'all ' || {{ format_number('equal_count', 'en') }} || ' numbers are those of the report before ('
        || earlier_document_id || ')' as detail_en,
        batch_id
    from copies

    union all

    select
        'report_against_reports_below' as rule_code,
        differing.document_id,
        differing.organisation_id,
        differing.measure_code,
        differing.group_code,
        differing.period_id,
        differing.figure_id as observed_figure_id,
        {{ join_figures('differing.figure_id', 'evidence.figure_ids') }} as figure_ids,
        differing.known_child_count as part_count,
        differing.known_child_count as whole_part_count,
        differing.count_low as observed_low,
        differing.count_high as observed_high,
        differing.sum_low as expected_low,
        differing.sum_high as expected_high,
        'reports_below_differ' as reason_code,
        'báo cáo ghi ' || {{ format_bounds('differing.count_low', 'differing.count_high', 'vi') }}
        || '; ' || {{ format_number('differing.known_child_count', 'vi') }} || ' tổ chức cấp dưới báo cáo cộng lại được '
        || {{ format_bounds('differing.sum_low', 'differing.sum_high', 'vi') }} as detail_vi,
        'the report says ' || {{ format_bounds('differing.count_low', 'differing.count_high', 'en') }}
        || '; the ' || {{ format_number('differing.known_child_count', 'en') }} || ' organisations below report '
        || {{ format_bounds('differing.sum_low', 'differing.sum_high', 'en') }} || ' together' as detail_en,
        greatest(differing.batch_id, differing.sum_batch_id) as batch_id
    from differing
    left join evidence
        on differing.figure_id = evidence.whole_figure_id

),

contradicted as (

    select
        *,
        cast(null as {{ dbt.type_string() }}) as implied_code,
        cast(null as decimal(18, 6)) as implied_low,
        cast(null as decimal(18, 6)) as implied_high,
        'contradicted' as verdict,
        cast(null as {{ dbt.type_string() }}) as explanation_code
    from compared

)

select
    {{ comparison_columns() }},
    batch_id
from contradicted
