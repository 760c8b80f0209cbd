-- Members on two days against the admissions between them, where two documents give both. Transfers, deaths and removals
-- are not printed, so nothing is decided: the comparison says how large they would have to be together.
with counts as (

    select * from {{ ref('int_counts_selected') }}
    where group_code = 'all' and count_low = count_high and starts_on is not null and ends_on is not null

),

states as (

    select
        stocks.organisation_id,
        stocks.document_id,
        stocks.period_id,
        stocks.figure_ids as stock_figure_ids,
        stocks.ends_on as stock_on,
        stocks.count_low as members,
        flows.figure_ids as flow_figure_ids,
        flows.starts_on as flow_starts_on,
        flows.ends_on as flow_ends_on,
        flows.count_low as admissions
    from counts as stocks
    inner join counts as flows
        on
            stocks.document_id = flows.document_id
            and stocks.organisation_id = flows.organisation_id
            and flows.measure_code = 'admissions'
            and {{ begins_a_year('flows.starts_on') }}
            and flows.period_type_code in ('year_to_date', 'months_to_date', 'half_year', 'quarter', 'year')
            and extract(year from flows.starts_on) = extract(year from stocks.ends_on)
    where stocks.measure_code = 'members'

),

paired as (

    select
        later.organisation_id,
        later.document_id,
        later.period_id,
        later.stock_figure_ids as observed_figure_id,
        earlier.stock_figure_ids || '|' || earlier.flow_figure_ids || '|' || later.stock_figure_ids || '|'
        || later.flow_figure_ids as figure_ids,
        later.members - earlier.members as member_change,
        later.admissions - earlier.admissions as admitted_between
    from states as later
    inner join states as earlier
        on
            later.organisation_id = earlier.organisation_id
            and later.flow_starts_on = earlier.flow_starts_on
            and later.flow_ends_on > earlier.flow_ends_on
            and later.stock_on > earlier.stock_on

),

compared as (

    select
        'stock_against_flow' as rule_code,
        document_id,
        organisation_id,
        'members' as measure_code,
        'all' as group_code,
        period_id,
        observed_figure_id,
        figure_ids,
        cast(null as bigint) as part_count,
        cast(null as bigint) as whole_part_count,
        member_change as observed_low,
        member_change as observed_high,
        admitted_between as expected_low,
        admitted_between as expected_high,
        'other_changes' as implied_code,
        member_change - admitted_between as implied_low,
        member_change - admitted_between as implied_high,
        'undecidable' as verdict,
        'other_flows_not_stated' as reason_code,
        cast(null as {{ dbt.type_string() }}) as explanation_code,
        'giữa hai lần công bố, số đảng viên thay đổi ' || {{ format_number('member_change', 'vi') }}
        || ', kết nạp thêm ' || {{ format_number('admitted_between', 'vi') }}
        || '; các biến động khác phải là ' || {{ format_number('member_change - admitted_between', 'vi') }} as detail_vi,
        'between the two publications the members changed by ' || {{ format_number('member_change', 'en') }}
        || ' and ' || {{ format_number('admitted_between', 'en') }}
        || ' were admitted; all other changes must come to '
        || {{ format_number('member_change - admitted_between', 'en') }} as detail_en
    from paired

)

select
    {{ comparison_columns() }}
from compared
