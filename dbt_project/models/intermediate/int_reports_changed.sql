-- Organisations and periods whose reports are checked anew, because the night may have changed something that they are checked
-- against: a count of the period itself; one that they repeat; the report before; those of organisations below, or how many of
-- those are known; and the days on which the periods end, to which balances lead.
{% set earlier_comparisons = existing_table('intermediate', 'int_reports_compared') %}
with counted as (

    select distinct
        organisation_id,
        period_id
    from {{ ref('int_counts_changed') }}

),

periods as (

    select * from {{ ref('dim_periods') }}
    where is_dated

),

repeated as (

    select distinct
        organisation_id,
        period_id
    from {{ ref('int_figures_attributed') }}
    where
        publication_id is null
        and statement_code = 'repeated_level'
        -- in a build of everything all is new, and nobody asks
        and {{ '1 = 0' if flags.FULL_REFRESH else came_in('batch_id') }}

),

following as (

    select
        counted.organisation_id,
        later.period_id
    from counted
    inner join periods as earlier
        on counted.period_id = earlier.period_id
    inner join periods as later
        on
            (not later.is_instant)
            and (
                (earlier.is_instant and earlier.ends_on = later.ends_on)
                or (
                    earlier.period_type_code = later.period_type_code
                    and {{ period_adjoins('earlier.ends_on', 'later.starts_on') }}
                )
            )

),

parents as (

    select distinct organisation_id
    from {{ ref('int_children_known') }}

),

above as (

    select
        organisations.parent_organisation_id as organisation_id,
        counted.period_id
    from counted
    inner join {{ ref('dim_organisations') }} as organisations
        on counted.organisation_id = organisations.organisation_id
    where organisations.parent_organisation_id is not null

    union

    select
        parents.organisation_id,
        rolled_up.period_id
    from {{ ref('int_roll_ups_changed') }} as rolled_up
    cross join parents
    {% if earlier_comparisons %}
    union

    select
        compared.organisation_id,
        compared.period_id
    from {{ earlier_comparisons }} as compared
    inner join periods
        on compared.period_id = periods.period_id
    left join {{ ref('int_children_known') }} as known
        on compared.organisation_id = known.organisation_id and periods.ends_on = known.ends_on
    where
        compared.rule_code = 'report_against_reports_below'
        and compared.whole_part_count is distinct from known.known_child_count
    {% endif %}

),

checked as (

    select * from counted
    union
    select * from repeated
    union
    select * from following
    union
    select * from above

)

select
    organisation_id,
    period_id
from checked

union

select
    checked.organisation_id,
    days.period_id
from checked
inner join periods
    on checked.period_id = periods.period_id
inner join periods as days
    on days.is_instant and periods.ends_on = days.ends_on
