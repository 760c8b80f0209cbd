-- The share of a group in the members, in the admissions and in the target, in per cent: from two counts of one source, or
-- as printed. Groups overlap, so shares are never added. Of one document, the narrower is kept; admissions of months are
-- left out, and only groups for which there is something to compare with are looked at.
with figures as (

    select * from {{ ref('int_figures_attributed') }}
    where
        statement_code = 'share'
        and unit = 'percent'
        and measure_code in ('members', 'admissions', 'admission_target')
        and base_measure_code = measure_code
        and base_group_code = 'all'
        and group_code <> 'all'
        and organisation_id <> 'unknown'
        and duplicate_of_figure_id is null

),

printed as (

    select
        measure_code,
        organisation_id,
        group_code,
        period_id,
        starts_on,
        ends_on,
        document_id,
        'printed' as share_origin_code,
        figure_id as figure_ids,
        value_low as share_low_pct,
        value_high as share_high_pct
    from figures

),

member_counts as (

    select
        groups.measure_code,
        groups.organisation_id,
        groups.group_code,
        groups.period_id,
        groups.starts_on,
        groups.ends_on,
        groups.document_id,
        {{ join_figures('groups.figure_id', 'wholes.figure_id') }} as figure_ids,
        groups.member_count_low as part_low,
        groups.member_count_high as part_high,
        wholes.member_count_low as whole_low,
        wholes.member_count_high as whole_high
    from {{ ref('fct_members') }} as groups
    inner join {{ ref('fct_members') }} as wholes
        on
            groups.organisation_id = wholes.organisation_id
            and groups.measure_code = wholes.measure_code
            and groups.period_id = wholes.period_id
            and groups.source_id = wholes.source_id
            and wholes.group_code = 'all'
    where groups.measure_code = 'members' and groups.group_code <> 'all' and groups.organisation_id <> 'unknown'

),

wanted as (

    select
        organisation_id,
        group_code
    from member_counts

    union

    select
        organisation_id,
        group_code
    from printed
    where measure_code <> 'admissions'

),

wanted_organisations as (

    select distinct organisation_id
    from wanted

),

admissions as (

    select admissions.*
    from {{ ref('fct_admissions') }} as admissions
    inner join wanted_organisations
        on admissions.organisation_id = wanted_organisations.organisation_id
    where
        admissions.starts_on is null
        or admissions.ends_on is null
        or {{ dbt.datediff('admissions.starts_on', 'admissions.ends_on', 'day') }} >= 80

),

admission_counts as (

    select
        groups.measure_code,
        groups.organisation_id,
        groups.group_code,
        groups.period_id,
        groups.starts_on,
        groups.ends_on,
        groups.document_id,
        {{ join_figures('groups.figure_id', 'wholes.figure_id') }} as figure_ids,
        groups.admissions_low as part_low,
        groups.admissions_high as part_high,
        wholes.admissions_low as whole_low,
        wholes.admissions_high as whole_high
    from admissions as groups
    inner join wanted
        on groups.organisation_id = wanted.organisation_id and groups.group_code = wanted.group_code
    inner join admissions as wholes
        on
            groups.organisation_id = wholes.organisation_id
            and groups.period_id = wholes.period_id
            and groups.source_id = wholes.source_id
            and wholes.group_code = 'all'

),

{% for side, table in [('own', 'int_admissions_combined'), ('rolled_up', 'int_admissions_rolled_up')] -%}
{{ side }} as (

    select admissions.*
    from {{ ref(table) }} as admissions
    inner join wanted_organisations
        on admissions.organisation_id = wanted_organisations.organisation_id
    where {{ dbt.datediff('admissions.starts_on', 'admissions.ends_on', 'day') }} >= 364

),

{% endfor -%}
-- totals of a year that no document states, as they are summed for the report
whole_years as (

    {{ united_admissions('own', 'rolled_up') }}

),

summed_counts as (

    select
        'admissions' as measure_code,
        groups.organisation_id,
        groups.group_code,
        groups.period_id,
        groups.starts_on,
        groups.ends_on,
        coalesce(groups.document_id, 'several') as document_id,
        {{ join_figures('groups.figure_id', 'wholes.figure_id') }} as figure_ids,
        groups.admissions_low as part_low,
        groups.admissions_high as part_high,
        wholes.admissions_low as whole_low,
        wholes.admissions_high as whole_high
    from whole_years as groups
    inner join wanted
        on groups.organisation_id = wanted.organisation_id and groups.group_code = wanted.group_code
    inner join whole_years as wholes
        on
            groups.organisation_id = wholes.organisation_id
            and groups.period_id = wholes.period_id
            and wholes.group_code = 'all'
    left join admission_counts as stated
        on
            groups.organisation_id = stated.organisation_id
            and groups.group_code = stated.group_code
            and groups.period_id = stated.period_id
    left join admissions
        on
            groups.organisation_id = admissions.organisation_id
            and groups.period_id = admissions.period_id
            and groups.group_code = admissions.group_code
    where stated.organisation_id is null and admissions.organisation_id is null

),

counts as (

    select
        *,
        'counted' as share_origin_code
    from member_counts

    union all

    select
        *,
        'counted' as share_origin_code
    from admission_counts

    union all

    select
        *,
        'summed' as share_origin_code
    from summed_counts

),

shares as (

    select
        measure_code,
        organisation_id,
        group_code,
        period_id,
        starts_on,
        ends_on,
        document_id,
        share_origin_code,
        figure_ids,
        {{ exact(percentage_down('part_low', 'whole_high')) }} as share_low_pct,
        {{ exact('least(100, ' ~ percentage_up('part_high', 'whole_low') ~ ')') }} as share_high_pct
    from counts

    union all

    select
        printed.measure_code,
        printed.organisation_id,
        printed.group_code,
        printed.period_id,
        printed.starts_on,
        printed.ends_on,
        printed.document_id,
        printed.share_origin_code,
        printed.figure_ids,
        printed.share_low_pct,
        printed.share_high_pct
    from printed
    inner join wanted
        on printed.organisation_id = wanted.organisation_id and printed.group_code = wanted.group_code

),

closed as (

    select
        measure_code,
        organisation_id,
        group_code,
        period_id,
        starts_on,
        ends_on,
        document_id,
        share_origin_code,
        figure_ids,
        coalesce(share_low_pct, {{ exact('0') }}) as share_low_pct,
        coalesce(share_high_pct, {{ exact('100') }}) as share_high_pct
    from shares
    where share_low_pct > 0 or share_high_pct < 100

),

ranked as (

    select
        *,
        row_number() over (
            partition by measure_code, organisation_id, group_code, period_id, document_id
            order by share_high_pct - share_low_pct, share_origin_code, figure_ids
        ) as preference
    from closed

)

select
    measure_code,
    organisation_id,
    group_code,
    period_id,
    starts_on,
    ends_on,
    document_id,
    share_origin_code,
    figure_ids,
    share_low_pct,
    share_high_pct
from ranked
where preference = 1
