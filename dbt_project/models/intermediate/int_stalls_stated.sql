-- What documents say of an organisation that may be stalled, other than its admissions: too few full members for a cell or
-- for a committee of it, no prospects, organisations below without prospects or without non-members. Only what is certain
-- is a stall: "over 90 % have prospects" leaves room for all.
--
-- Full members are the members without the probationary ones that the same source counts on the same day; where it does not
-- count them, the members are an upper bound. A larger number is no longer a stall.
with members as (

    select
        members.organisation_id,
        members.group_code,
        members.ends_on,
        members.source_id,
        members.figure_id,
        greatest(members.member_count_low - coalesce(probationary.member_count_high, members.member_count_low), 0)
            as figure_low,
        members.member_count_high - coalesce(probationary.member_count_low, 0) as figure_high,
        organisations.level_code
    from {{ ref('fct_members') }} as members
    inner join {{ ref('dim_organisations') }} as organisations
        on members.organisation_id = organisations.organisation_id
    left join {{ ref('fct_members') }} as probationary
        on
            members.organisation_id = probationary.organisation_id
            and members.period_id = probationary.period_id
            and members.source_id = probationary.source_id
            and probationary.measure_code = 'probationary_members'
            and probationary.group_code = 'all'
    where
        members.measure_code = 'members'
        and members.group_code = 'all'
        and organisations.level_code in ('cell', 'grassroots', 'commune')

),

thresholds as (

    select
        stall_reason_code,
        threshold,
        lag(threshold) over (order by threshold) as lower_threshold
    from {{ ref('stall_reasons') }}
    where stall_reason_code in ('too_few_for_a_cell', 'too_few_for_a_committee')

),

few_members as (

    select
        members.organisation_id,
        members.group_code,
        thresholds.stall_reason_code,
        members.ends_on as stated_on,
        members.source_id as document_id,
        members.figure_id,
        {{ exact('members.figure_low') }} as figure_low,
        {{ exact('members.figure_high') }} as figure_high,
        coalesce(
            members.figure_high < thresholds.threshold
            and members.figure_high >= coalesce(thresholds.lower_threshold, members.figure_high),
            false
        ) as is_stalled
    from members
    cross join thresholds
    where thresholds.stall_reason_code = 'too_few_for_a_cell' or members.level_code in ('cell', 'grassroots')

),

prospects as (

    select
        organisation_id,
        group_code,
        'no_prospects' as stall_reason_code,
        ends_on as stated_on,
        source_id as document_id,
        figure_id,
        {{ exact('training_count_low') }} as figure_low,
        {{ exact('training_count_high') }} as figure_high,
        coalesce(training_count_high = 0, false) as is_stalled
    from {{ ref('fct_training') }}
    where measure_code = 'prospects' and group_code = 'all'

),

nonmembers as (

    select
        organisation_id,
        group_code,
        'units_without_nonmembers' as stall_reason_code,
        ends_on as stated_on,
        source_id as document_id,
        figure_id,
        {{ exact('organisation_count_low') }} as figure_low,
        {{ exact('organisation_count_high') }} as figure_high,
        organisation_count_low > 0 as is_stalled
    from {{ ref('fct_organisation_counts') }}
    where measure_code = 'organisations_without_nonmembers'

),

prospect_figures as (

    select * from {{ ref('int_figures_attributed') }}
    where measure_code = 'organisations_with_prospects' and duplicate_of_figure_id is null

),

prospect_counts as (

    select
        organisation_id,
        group_code,
        'units_without_prospects_counted' as stall_reason_code,
        ends_on as stated_on,
        document_id,
        figure_id,
        {{ exact('greatest(base_value - coalesce(value_high, base_value), 0)') }} as figure_low,
        {{ exact('greatest(base_value - value_low, 0)') }} as figure_high,
        coalesce(value_high < base_value, false) as is_stalled
    from prospect_figures
    where statement_code = 'part_of_ratio' and base_value is not null

),

prospect_shares as (

    select
        organisation_id,
        group_code,
        'units_without_prospects_share' as stall_reason_code,
        ends_on as stated_on,
        document_id,
        figure_id,
        {{ exact('100 - value_high') }} as figure_low,
        {{ exact('100 - value_low') }} as figure_high,
        value_high < 100 as is_stalled
    from prospect_figures
    where statement_code = 'share'

),

statements as (

    select * from few_members

    union all

    select * from prospects

    union all

    select * from nonmembers

    union all

    select * from prospect_counts

    union all

    select * from prospect_shares

)

select * from statements
