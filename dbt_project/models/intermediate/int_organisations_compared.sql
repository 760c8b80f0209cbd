-- Named organisations against the one above them. A list of organisations is never known to be complete, so it bounds the
-- whole from below; what it leaves is the number of those not named. Where no whole is printed the bounds are shown.
with counts as (

    select counts.*
    from {{ ref('int_counts_selected') }} as counts
    inner join {{ ref('measures') }} as measures
        on counts.measure_code = measures.measure_code
    where measures.adds_over_organisations and counts.figure_id is not null

),

parents as (

    select * from {{ ref('int_organisation_parents') }}

),

listed as (

    select
        counts.document_id,
        parents.parent_organisation_id as organisation_id,
        counts.measure_code,
        counts.group_code,
        counts.period_id,
        counts.count_low,
        counts.count_high,
        -- a figure that holds for each of several organisations is named once
        case
            when
                row_number() over (
                    partition by
                        counts.document_id, parents.parent_organisation_id, counts.measure_code, counts.group_code,
                        counts.period_id, counts.figure_id
                    order by counts.organisation_id
                ) = 1
                then counts.figure_id
        end as figure_id
    from counts
    inner join parents
        on
            counts.organisation_id = parents.organisation_id
            and (
                parents.is_direct
                or (parents.is_direct_since_reform and counts.starts_on >= cast('2025-07-01' as date))
            )

),

children as (

    select
        document_id,
        organisation_id,
        measure_code,
        group_code,
        period_id,
        count(*) as part_count,
        {{ dbt.listagg('figure_id', "'|'", 'order by figure_id') }} as figure_ids,
        cast(sum(count_low) as bigint) as sum_low,
        cast(case when count(count_high) = count(*) then sum(count_high) end as bigint) as sum_high
    from listed
    group by document_id, organisation_id, measure_code, group_code, period_id
    having count(*) > 1

),

paired as (

    select
        children.*,
        wholes.figure_id as observed_figure_id,
        wholes.count_low as observed_low,
        wholes.count_high as observed_high
    from children
    left join counts as wholes
        on
            children.document_id = wholes.document_id
            and children.organisation_id = wholes.organisation_id
            and children.measure_code = wholes.measure_code
            and children.group_code = wholes.group_code
            and children.period_id = wholes.period_id

),

decided as (

    select
        *,
        case
            when observed_figure_id is null then 'undecidable'
            when sum_low = sum_high and observed_low = observed_high and sum_low = observed_low then 'confirmed'
            else {{ verdict_if_within('sum_low', 'observed_high') }}
        end as verdict
    from paired

),

compared as (

    select
        'organisations_against_whole' as rule_code,
        document_id,
        organisation_id,
        measure_code,
        group_code,
        period_id,
        observed_figure_id,
        {{ join_figures('observed_figure_id', 'figure_ids') }} as figure_ids,
        part_count,
        cast(null as bigint) as whole_part_count,
        observed_low,
        observed_high,
        sum_low as expected_low,
        case when observed_figure_id is null then sum_high end as expected_high,
        case when verdict = 'consistent' then 'unlisted' end as implied_code,
        case when verdict = 'consistent' then greatest(observed_low - sum_high, 0) end as implied_low,
        case when verdict = 'consistent' then observed_high - sum_low end as implied_high,
        verdict,
        case
            when verdict = 'undecidable' then 'whole_not_stated'
            when verdict = 'contradicted' then 'sum_exceeds_whole'
            when verdict = 'confirmed' then 'list_closes'
            else 'open_list'
        end as reason_code,
        cast(null as {{ dbt.type_string() }}) as explanation_code,
        cast(part_count as {{ dbt.type_string() }}) || ' đơn vị được nêu tên cộng lại được '
        || {{ format_bounds('sum_low', 'sum_high', 'vi') }}
        || case
            when observed_figure_id is null then '; tổng không được in'
            else '; tổng in là ' || {{ format_bounds('observed_low', 'observed_high', 'vi') }}
        end
        || case
            when verdict = 'consistent' and observed_low is not null
                then
                    '; còn lại của các đơn vị không nêu tên: '
                    || {{ format_bounds('greatest(observed_low - sum_high, 0)', 'observed_high - sum_low', 'vi') }}
            else ''
        end as detail_vi,
        'the ' || cast(part_count as {{ dbt.type_string() }}) || ' organisations named add up to '
        || {{ format_bounds('sum_low', 'sum_high', 'en') }}
        || case
            when observed_figure_id is null then '; no total is printed'
            else '; the printed total is ' || {{ format_bounds('observed_low', 'observed_high', 'en') }}
        end
        || case
            when verdict = 'consistent' and observed_low is not null
                then
                    '; left for those not named: '
                    || {{ format_bounds('greatest(observed_low - sum_high, 0)', 'observed_high - sum_low', 'en') }}
            else ''
        end as detail_en
    from decided

)

select
    {{ comparison_columns() }}
from compared
