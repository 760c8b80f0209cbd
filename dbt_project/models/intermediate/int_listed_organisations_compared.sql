-- A count of organisations that passed their target against the organisations listed with an attainment that is
-- 100 % or more, however it was rounded.
with counts as (

    select * from {{ ref('int_counts_selected') }}
    where measure_code = 'organisations_meeting_target' and figure_id is not null

),

parents as (

    select
        organisation_id,
        parent_organisation_id,
        case
            when level_code in ('district', 'district_equivalent') then 'upper_committee'
            when level_code in ('commune', 'grassroots') then 'grassroots_organisation'
            when level_code = 'cell' then 'cell'
        end as tier_code
    from {{ ref('int_organisation_parents') }}

),

listed as (

    select
        ratios.document_id,
        ratios.period_id,
        parents.parent_organisation_id as organisation_id,
        parents.tier_code,
        count(distinct ratios.organisation_id) as listed_count,
        {{ dbt.listagg('ratios.figure_id', "'|'", 'order by ratios.figure_id') }} as figure_ids
    from {{ ref('int_ratios_stated') }} as ratios
    inner join parents
        on ratios.organisation_id = parents.organisation_id
    where
        ratios.statement_code in ('attainment', 'excess_over_target')
        and ratios.base_measure_code = 'admission_target'
        and ratios.pct_low >= 100
    group by ratios.document_id, ratios.period_id, parents.parent_organisation_id, parents.tier_code

),

compared as (

    select
        'organisations_against_whole' as rule_code,
        counts.document_id,
        counts.organisation_id,
        counts.measure_code,
        counts.group_code,
        counts.period_id,
        counts.figure_id as observed_figure_id,
        {{ join_figures('counts.figure_id', 'listed.figure_ids') }} as figure_ids,
        listed.listed_count as part_count,
        cast(null as bigint) as whole_part_count,
        counts.count_low as observed_low,
        counts.count_high as observed_high,
        listed.listed_count as expected_low,
        cast(null as bigint) as expected_high,
        cast(null as {{ dbt.type_string() }}) as implied_code,
        cast(null as bigint) as implied_low,
        cast(null as bigint) as implied_high,
        case
            when listed.listed_count > counts.count_high then 'contradicted'
            when listed.listed_count = counts.count_low and counts.count_low = counts.count_high then 'confirmed'
            else 'consistent'
        end as verdict,
        case
            when listed.listed_count > counts.count_high then 'sum_exceeds_whole'
            when listed.listed_count = counts.count_low and counts.count_low = counts.count_high then 'list_closes'
            else 'open_list'
        end as reason_code,
        cast(null as {{ dbt.type_string() }}) as explanation_code,
        'in là ' || {{ format_bounds('counts.count_low', 'counts.count_high', 'vi') }} || ' đơn vị đạt và vượt chỉ tiêu; nêu tên '
        || cast(listed.listed_count as {{ dbt.type_string() }}) as detail_vi,
        {{ format_bounds('counts.count_low', 'counts.count_high', 'en') }}
        || ' organisations are said to have passed their target; '
        || cast(listed.listed_count as {{ dbt.type_string() }}) || ' are named' as detail_en
    from counts
    inner join listed
        on
            counts.document_id = listed.document_id
            and counts.organisation_id = listed.organisation_id
            and counts.period_id = listed.period_id
            and counts.group_code = listed.tier_code

)

select
    {{ comparison_columns() }}
from compared
