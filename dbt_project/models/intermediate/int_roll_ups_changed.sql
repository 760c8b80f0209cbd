-- Periods whose roll-ups the night may have changed: something below was counted anew, or another number of organisations
-- stands below than when the roll-up was made; and the calendar periods that they are parts of.
{% set earlier_roll_ups = existing_table('intermediate', 'int_admissions_rolled_up') %}
with known as (

    select * from {{ ref('int_children_known') }}

),

changed as (

    select period_id
    from {{ ref('int_admissions_changed') }}
    {% if earlier_roll_ups %}
    union

    select rolled_up.period_id
    from {{ earlier_roll_ups }} as rolled_up
    left join known
        on rolled_up.organisation_id = known.organisation_id and rolled_up.ends_on = known.ends_on
    where rolled_up.known_child_count is distinct from known.known_child_count
    {% endif %}

),

parts as (

    select
        calendar.quarter_period_id,
        calendar.half_year_period_id,
        calendar.year_period_id
    from changed
    inner join {{ ref('int_calendar_periods') }} as calendar
        on changed.period_id = calendar.period_id

)

select period_id from changed
union
select quarter_period_id as period_id from parts
where quarter_period_id is not null
union
select half_year_period_id as period_id from parts
where half_year_period_id is not null
union
select year_period_id as period_id from parts
where year_period_id is not null
