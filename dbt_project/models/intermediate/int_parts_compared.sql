-- Parts against their whole. A complete partition must equal the whole; parts that leave some out only bound it from below.
with parts as (

    select * from {{ ref('int_parts_summed') }}
    where part_count > 1

),

wholes as (

    select * from {{ ref('int_counts_selected') }}
    where figure_id is not null

),

paired as (

    select
        parts.*,
        wholes.figure_id as observed_figure_id,
        wholes.count_low as observed_low,
        wholes.count_high as observed_high
    from parts
    inner join wholes
        on
            parts.document_id = wholes.document_id
            and parts.organisation_id = wholes.organisation_id
            and parts.period_id = wholes.period_id
            and parts.measure_code = wholes.measure_code
            and parts.group_code = wholes.group_code

),

decided as (

    select
        *,
        case
            when is_complete
                then {{ verdict_if_equal('observed_low', 'observed_high', 'sum_low', 'sum_high') }}
            when sum_low = observed_low and sum_high = observed_high and sum_low = sum_high then 'confirmed'
            else {{ verdict_if_within('sum_low', 'observed_high') }}
        end as verdict
    from paired

),

compared as (

    select
        case when dimension_code = 'group' then 'parts_against_whole' else 'measure_parts_against_whole' end as rule_code,
        document_id,
        organisation_id,
        measure_code,
        group_code,
        period_id,
        observed_figure_id,
        {{ join_figures('observed_figure_id', 'figure_ids') }} as figure_ids,
        part_count,
        partition_part_count as whole_part_count,
        observed_low,
        observed_high,
        sum_low as expected_low,
        case when is_complete then sum_high end as expected_high,
        case when not is_complete and verdict <> 'contradicted' then 'unlisted' end as implied_code,
        case when not is_complete and verdict <> 'contradicted' then greatest(observed_low - sum_high, 0) end as implied_low,
        case when not is_complete and verdict <> 'contradicted' then observed_high - sum_low end as implied_high,
        verdict,
        case
            when verdict = 'contradicted' and is_complete then 'sum_differs'
            when verdict = 'contradicted' then 'sum_exceeds_whole'
            when is_complete then 'complete_list'
            when verdict = 'confirmed' then 'list_closes'
            else 'open_list'
        end as reason_code,
        cast(null as {{ dbt.type_string() }}) as explanation_code,
        'tổng in là ' || {{ format_bounds('observed_low', 'observed_high', 'vi') }}
        || '; ' || cast(part_count as {{ dbt.type_string() }}) || ' phần cộng lại được '
        || {{ format_bounds('sum_low', 'sum_high', 'vi') }} as detail_vi,
        'the printed total is ' || {{ format_bounds('observed_low', 'observed_high', 'en') }}
        || '; its ' || cast(part_count as {{ dbt.type_string() }}) || ' parts add up to '
        || {{ format_bounds('sum_low', 'sum_high', 'en') }} as detail_en
    from decided

)

select
    {{ comparison_columns() }}
from compared
