-- What became of each expected report, and what came in though nobody asked. A report is received on the day of the first
-- version of any file that says so, so that one that was late stays late when it is sent in again. It answers an expected one if
-- it is of the same days, or of what there was on the last of them.
with received as (

    select
        organisation_id,
        form_number,
        period_id,
        period_type_code,
        starts_on,
        ends_on,
        {{ day_in_vietnam('min(recorded_at)') }} as received_on
    from {{ ref('int_reports_received') }}
    group by organisation_id, form_number, period_id, period_type_code, starts_on, ends_on

),

expected as (

    select * from {{ ref('int_reports_expected') }}

),

answers as (

    select
        expected.organisation_id,
        expected.form_number,
        expected.period_id,
        received.period_id as received_period_id,
        received.received_on
    from expected
    inner join received
        on
            expected.organisation_id = received.organisation_id
            and expected.form_number = received.form_number
            and expected.ends_on = received.ends_on
            and received.starts_on in (expected.starts_on, expected.ends_on)

),

first_answers as (

    select
        organisation_id,
        form_number,
        period_id,
        min(received_on) as received_on
    from answers
    group by organisation_id, form_number, period_id

),

timed as (

    select
        expected.*,
        first_answers.received_on,
        cast(
            greatest({{ dbt.datediff('expected.due_on', 'coalesce(first_answers.received_on, expected.known_on)', 'day') }}, 0)
            as bigint
        ) as days_late
    from expected
    left join first_answers
        on
            expected.organisation_id = first_answers.organisation_id
            and expected.form_number = first_answers.form_number
            and expected.period_id = first_answers.period_id

)

select
    organisation_id,
    form_number,
    period_id,
    period_type_code,
    starts_on,
    ends_on,
    due_on,
    received_on,
    days_late,
    case
        when received_on is not null and days_late = 0 then 'on_time'
        when received_on is not null then 'late'
        when days_late = 0 then 'not_due'
        else 'missing'
    end as report_status_code
from timed

union all

select
    received.organisation_id,
    received.form_number,
    received.period_id,
    received.period_type_code,
    received.starts_on,
    received.ends_on,
    cast(null as date) as due_on,
    received.received_on,
    cast(null as bigint) as days_late,
    'unexpected' as report_status_code
from received
left join answers
    on
        received.organisation_id = answers.organisation_id
        and received.form_number = answers.form_number
        and received.period_id = answers.received_period_id
where answers.period_id is null
