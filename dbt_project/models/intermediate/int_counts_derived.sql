-- Counts of periods that a document does not state but that follow from those it does, for what adds over time:
--   the difference of two counts that begin on the same day: nine months less six are the third quarter;
--   the sum of counts that cover the period exactly, nothing missing and nothing twice, of up to 64 parts.
-- Only periods with two sure days take part: a term is dated by its name, and "since" and "to date" are dated to the day of
-- publication by convention. Only calendar periods and those that some figure speaks of are kept, and only of one document.
{%- set series = ['document_id', 'organisation_id', 'measure_code', 'group_code'] %}
with counts as (

    select counts.*
    from {{ ref('int_counts_selected') }} as counts
    inner join {{ ref('measures') }} as measures
        on counts.measure_code = measures.measure_code
    where
        measures.adds_over_time
        and counts.starts_on is not null
        and counts.ends_on is not null
        and counts.period_type_code not in ('instant', 'since', 'term')
        and (
            counts.reported_on is null
            or counts.ends_on < counts.reported_on
            or (counts.ends_on = counts.reported_on and counts.period_type_code <> 'year_to_date')
        )

),

ranked as (

    select
        *,
        row_number() over (
            partition by document_id, organisation_id, measure_code, group_code, starts_on, ends_on
            order by case when count_high is null then 1 else 0 end, count_high - count_low, count_low desc, figure_ids
        ) as preference
    from counts

),

stated as (

    select
        document_id,
        organisation_id,
        measure_code,
        group_code,
        starts_on,
        {{ day_after('ends_on') }} as next_on,
        'stated' as origin_code,
        1 as part_count,
        figure_ids,
        count_low,
        count_high
    from ranked
    where preference = 1

),

-- a difference below zero is a contradiction in the document: nothing follows from it
differences as (

    select
        longer.document_id,
        longer.organisation_id,
        longer.measure_code,
        longer.group_code,
        shorter.next_on as starts_on,
        longer.next_on,
        'difference' as origin_code,
        2 as part_count,
        longer.figure_ids || '|' || shorter.figure_ids as figure_ids,
        greatest(longer.count_low - coalesce(shorter.count_high, longer.count_low), 0) as count_low,
        longer.count_high - shorter.count_low as count_high
    from stated as longer
    inner join stated as shorter
        on
            longer.document_id = shorter.document_id
            and longer.organisation_id = shorter.organisation_id
            and longer.measure_code = shorter.measure_code
            and longer.group_code = shorter.group_code
            and longer.starts_on = shorter.starts_on
            and longer.next_on > shorter.next_on
    where coalesce(longer.count_high >= shorter.count_low, true)

),

segments_0 as (

    select * from stated
    union all
    select * from differences

),

-- each round joins adjoining segments, and so doubles how many counts can take part
segments_1 as (

    {{ join_adjoining_segments('segments_0', series) }}

),

segments_2 as (

    {{ join_adjoining_segments('segments_1', series) }}

),

segments_3 as (

    {{ join_adjoining_segments('segments_2', series) }}

),

segments_4 as (

    {{ join_adjoining_segments('segments_3', series) }}

),

segments_5 as (

    {{ join_adjoining_segments('segments_4', series) }}

),

segments_6 as (

    {{ join_adjoining_segments('segments_5', series) }}

),

derived as (

    select
        segments.*,
        {{ day_before('segments.next_on') }} as ends_on
    from segments_6 as segments
    left join stated
        on
            segments.document_id = stated.document_id
            and segments.organisation_id = stated.organisation_id
            and segments.measure_code = stated.measure_code
            and segments.group_code = stated.group_code
            and segments.starts_on = stated.starts_on
            and segments.next_on = stated.next_on
    where stated.document_id is null

),

periods as (

    select
        period_id,
        interval_id,
        period_type_code,
        0 as rank
    from {{ ref('int_calendar_periods') }}

    union all

    select
        period_id,
        interval_id,
        period_type_code,
        1 as rank
    from {{ ref('int_periods_stated') }}
    where interval_id is not null and period_type_code not in ('instant', 'since', 'term')

),

preferred as (

    select
        *,
        row_number() over (partition by interval_id order by rank, period_type_code) as preference
    from periods

)

select
    derived.document_id,
    derived.organisation_id,
    derived.measure_code,
    derived.group_code,
    preferred.interval_id,
    preferred.period_id,
    preferred.period_type_code,
    derived.starts_on,
    derived.ends_on,
    derived.origin_code,
    cast(derived.part_count as bigint) as part_count,
    derived.figure_ids,
    derived.count_low,
    derived.count_high
from derived
inner join preferred
    on
        {{ interval_id('derived.starts_on', 'derived.ends_on') }} = preferred.interval_id
        and preferred.preference = 1
