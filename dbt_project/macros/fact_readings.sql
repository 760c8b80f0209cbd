{#- The counts of one fact table by the units of any day: one row per organisation of the day, measure, group, period,
    source and interval of days on which the reading is the same. Nothing is stored: what a query asks for is computed.
    An interval without an end ends in 9999 in the joins: with "or" in it, a left join compares every row with every other.

    fact_code    the table fct_<fact_code>
    quantity     name of the counted quantity
-#}
{% macro fact_readings(fact_code, quantity) -%}
with units as (

    select
        unit_id,
        unit_name,
        level,
        valid_from,
        {{ day_before('valid_to') }} as last_valid_on
    from {{ ref('dim_administrative_units') }}

),

organisations as (

    select * from {{ ref('dim_organisations') }}

),

-- the province that bears a name on a day, or bore it last
provinces as (

    select
        unit_id,
        unit_name,
        case
            when row_number() over (partition by unit_name order by valid_from) = 1 then cast('1900-01-01' as date)
            else valid_from
        end as named_from,
        coalesce(
            lead(valid_from) over (partition by unit_name order by valid_from), cast('9999-12-31' as date)
        ) as named_to
    from units
    where level = 'province'

),

facts as (

    select * from {{ ref('fct_' ~ fact_code) }}

),

located as (

    select
        facts.organisation_id,
        facts.measure_code,
        facts.group_code,
        facts.period_id,
        facts.source_id,
        facts.starts_on,
        facts.ends_on,
        facts.{{ quantity }}_low,
        facts.{{ quantity }}_high,
        units.unit_id,
        measures.adds_over_organisations,
        coalesce(units.unit_id, provinces.unit_id) as located_unit_id,
        -- a unit is named on days, too, on which it is not yet or no longer there
        greatest(units.valid_from, least(facts.named_on, coalesce(units.last_valid_on, facts.named_on))) as counted_on
    from facts
    inner join organisations
        on facts.organisation_id = organisations.organisation_id
    inner join {{ ref('dim_measures') }} as measures
        on facts.measure_code = measures.measure_code
    left join units
        on facts.organisation_id = units.unit_id
    left join provinces
        on
            organisations.province_name = provinces.unit_name
            and facts.named_on >= provinces.named_from
            and facts.named_on < provinces.named_to

),

facts_read as (

    select
        located.*,
        coalesce(readings.reading_from, cast('1900-01-01' as date)) as reading_from,
        readings.reading_to,
        readings.province_id,
        case
            when located.unit_id is null or readings.reading_code = 'same' then located.organisation_id
            when located.adds_over_organisations then coalesce(readings.reading_unit_id, located.organisation_id)
            else located.organisation_id
        end as reading_organisation_id,
        case
            when located.unit_id is null or readings.reading_code = 'same' then 0
            when located.adds_over_organisations and readings.reading_code = 'full' then 1
            else 2
        end as reading_rank
    from located
    left join {{ ref('bridge_unit_readings') }} as readings
        on located.located_unit_id = readings.unit_id

),

added as (

    select
        reading_organisation_id as organisation_id,
        measure_code,
        group_code,
        period_id,
        source_id,
        reading_from,
        reading_to,
        max(reading_rank) as reading_rank,
        min(province_id) as province_id,
        min(starts_on) as starts_on,
        max(ends_on) as ends_on,
        min(counted_on) as counted_on,
        count(*) as added_organisation_count,
        cast(sum({{ quantity }}_low) as bigint) as {{ quantity }}_low,
        cast(case when count({{ quantity }}_high) = count(*) then sum({{ quantity }}_high) end as bigint) as {{ quantity }}_high
    from facts_read
    group by
        reading_organisation_id,
        measure_code,
        group_code,
        period_id,
        source_id,
        reading_from,
        reading_to

)

select
    -- ids
    added.organisation_id,
    organisations.organisation_name,
    case added.reading_rank when 0 then 'same' when 1 then 'full' else 'partial' end as reading_code,
    case when added.reading_rank = 2 then coalesce(readings.candidate_unit_ids, readings.reading_unit_id) end
        as candidate_unit_ids,
    case when added.reading_rank = 2 then coalesce(readings.candidate_unit_names, reading_units.unit_name) end
        as candidate_unit_names,
    added.province_id,
    units.unit_name as province_name,
    added.measure_code,
    added.group_code,
    added.period_id,
    added.source_id,

    -- when
    added.starts_on,
    added.ends_on,
    added.reading_from,
    added.reading_to,

    -- the count
    case when added.{{ quantity }}_low = added.{{ quantity }}_high then added.{{ quantity }}_low end as {{ quantity }},
    added.{{ quantity }}_low,
    added.{{ quantity }}_high,
    added.added_organisation_count,
    case when added.reading_rank = 2 then 1 else coalesce(compositions.unit_count, 1) end as expected_organisation_count
from added
left join organisations
    on added.organisation_id = organisations.organisation_id
left join units
    on added.province_id = units.unit_id
left join {{ ref('bridge_unit_readings') }} as readings
    on
        added.organisation_id = readings.unit_id
        and added.reading_from = readings.reading_from
left join units as reading_units
    on readings.reading_unit_id = reading_units.unit_id
left join {{ ref('bridge_unit_compositions') }} as compositions
    on
        added.organisation_id = compositions.reading_unit_id
        and added.reading_from = compositions.reading_from
        and added.counted_on >= compositions.parts_from
        and added.counted_on < coalesce(compositions.parts_to, cast('9999-12-31' as date))
{%- endmacro %}

{#- The same by the units of today: the reading of each count that has no end yet. -#}
{% macro fact_as_is(fact_code, quantity) -%}
select
    organisation_id,
    organisation_name,
    reading_code,
    candidate_unit_ids,
    candidate_unit_names,
    province_id,
    province_name,
    measure_code,
    group_code,
    period_id,
    source_id,
    starts_on,
    ends_on,
    {{ quantity }},
    {{ quantity }}_low,
    {{ quantity }}_high,
    added_organisation_count,
    expected_organisation_count
from {{ ref('rpt_' ~ fact_code ~ '_as_of') }}
where reading_to is null
{%- endmacro %}
