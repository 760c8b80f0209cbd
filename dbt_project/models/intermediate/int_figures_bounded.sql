-- Where the true value may lie, given what was printed. Exact; open or closed on either side; null is no bound.
--
-- The qualifier gives the logical bound ("trên 70 %" is (70, 100]). A quotient without a qualifier was rounded or cut off
-- to its last printed digit ("39,66" is [39.655, 39.67)); a count is what is printed, unless it is printed in thousands
-- or millions. A decrease is printed without a sign: its qualifier bounds the magnitude, and the interval is mirrored.
-- The conventional bound of "gần", "hơn" and "khoảng" is kept apart: one unit of the last digit that is not zero.
{{ config(materialized='view') }}

with observations as (

    select * from {{ ref('int_observations_versioned') }}
    -- a line that does not apply has no number
    where is_current and value is not null

),

texts as (

    select * from {{ ref('int_texts_current') }}

),

publications as (

    select * from {{ ref('int_publications_dated') }}

),

magnitudes as (

    select
        observations.*,
        publications.published_on,
        publications.published_period_ends_on,
        publications.speaks_of_on,
        case
            when
                observations.ends_on is null
                and regexp_extract(observations.period_text, '.*((19|20)[0-9][0-9])', 1) <> ''
                then cast(regexp_extract(observations.period_text, '.*((19|20)[0-9][0-9])', 1) || '-12-31' as date)
        end as period_text_ends_on,
        abs(observations.value) as magnitude,
        observations.value < 0 as is_decrease,
        coalesce(observations.printed_precision, 1) as precision_unit,
        coalesce(statements.is_quotient, false)
        or observations.unit = 'percent'
        or coalesce(observations.printed_precision, 1) > 1 as is_rounded,
        {{ exact('statements.domain_low') }} as domain_low,
        {{ exact('statements.domain_high') }} as domain_high,
        qualifiers.bound_side,
        qualifiers.is_strict,
        -- of the others it is not asked, and it takes a while to find
        case
            when observations.qualifier_code in ('over', 'nearly', 'about') then {{ last_digit_unit('abs(observations.value)') }}
        end as last_digit_unit
    from observations
    inner join {{ ref('statements') }} as statements
        on observations.statement_code = statements.statement_code
    inner join {{ ref('qualifiers') }} as qualifiers
        on observations.qualifier_code = qualifiers.qualifier_code
    left join publications
        on observations.publication_id = publications.publication_id

),

bounded as (

    select
        *,
        case
            when bound_side = 'both' and is_rounded then magnitude - {{ exact(multiply_exactly('0.5', 'precision_unit')) }}
            when bound_side in ('both', 'lower') then magnitude
            when bound_side = 'upper' then 0
        end as magnitude_low,
        bound_side = 'lower' and is_strict as is_magnitude_low_open,
        case
            when bound_side = 'both' and is_rounded then coalesce(range_high, magnitude) + precision_unit
            when bound_side = 'both' then coalesce(range_high, magnitude)
            when bound_side = 'upper' then magnitude
        end as magnitude_high,
        (bound_side = 'both' and is_rounded) or (bound_side = 'upper' and is_strict) as is_magnitude_high_open,
        case when qualifier_code in ('nearly', 'about') then magnitude - last_digit_unit end as conventional_magnitude_low,
        case when qualifier_code in ('over', 'about') then magnitude + last_digit_unit end as conventional_magnitude_high
    from magnitudes

),

signed as (

    select
        *,
        case when is_decrease then -magnitude_high else magnitude_low end as unclamped_low,
        case when is_decrease then -magnitude_low else magnitude_high end as unclamped_high,
        case when is_decrease then is_magnitude_high_open else is_magnitude_low_open end as is_unclamped_low_open,
        case when is_decrease then is_magnitude_low_open else is_magnitude_high_open end as is_unclamped_high_open
    from bounded

),

clamped as (

    select
        *,
        {{ exact('greatest(coalesce(unclamped_low, domain_low), coalesce(domain_low, unclamped_low))') }} as value_low,
        {{ exact('least(coalesce(unclamped_high, domain_high), coalesce(domain_high, unclamped_high))') }} as value_high,
        case when unclamped_low >= coalesce(domain_low, unclamped_low) then is_unclamped_low_open else false end
            as is_value_low_open,
        case when unclamped_high <= coalesce(domain_high, unclamped_high) then is_unclamped_high_open else false end
            as is_value_high_open,
        {{ exact('case when is_decrease then -conventional_magnitude_high else conventional_magnitude_low end') }}
            as conventional_low,
        {{ exact('case when is_decrease then -conventional_magnitude_low else conventional_magnitude_high end') }}
            as conventional_high
    from signed

),

located as (

    select
        clamped.*,
        case
            when clamped.char_start is not null and texts.text_body is not null
                then
                    substring(
                        texts.text_body,
                        cast(clamped.char_start + 1 as integer),
                        cast(clamped.char_end - clamped.char_start as integer)
                    )
                    = clamped.printed
        end as is_printed_at_place,
        case
            when clamped.char_start is not null
                then
                    trim(
                        replace(
                            substring(
                                texts.text_body,
                                cast(greatest(clamped.char_start - 79, 1) as integer),
                                cast(clamped.char_end - greatest(clamped.char_start - 80, 0) + 40 as integer)
                            ),
                            chr(10), ' '
                        )
                    )
        end as quotation
    from clamped
    left join texts
        on clamped.publication_id = texts.publication_id

)

select
    -- ids
    figure_id,
    observation_id,
    document_id,
    publication_id,
    duplicate_of_figure_id,
    batch_id,
    source_name,
    file_path,
    file_sha256,
    locator,
    char_start,
    char_end,
    version_number,

    -- the organisation as printed
    organisation_name,
    level_code,
    scope_code,
    parent_organisation_name,
    province_name,
    -- the day on which the organisation bore the name: the end of the period, but not later than the report; of a figure
    -- without a day, the year in its words, else the days of its neighbours
    least(
        coalesce(
            ends_on, reported_on, published_on, published_period_ends_on, starts_on, period_text_ends_on,
            speaks_of_on, cast(recorded_at as date)
        ),
        coalesce(reported_on, published_on, published_period_ends_on, cast(recorded_at as date))
    ) as named_on,

    -- what is counted
    measure_code,
    group_code,
    statement_code,

    -- when
    {{ period_id('period_type_code', 'starts_on', 'ends_on', 'document_id', 'period_text') }} as period_id,
    period_type_code,
    starts_on,
    ends_on,
    period_text,
    coalesce(reported_on, published_on) as reported_on,

    -- the number
    printed,
    precision_unit as printed_precision,
    value,
    range_high,
    unit,
    qualifier_code,
    value_status_code,
    is_rounded,
    value_low,
    is_value_low_open,
    value_high,
    is_value_high_open,
    conventional_low,
    conventional_high,
    note,

    -- its base
    base_measure_code,
    base_group_code,
    base_value,
    base_period_text,
    base_starts_on,
    base_ends_on,

    -- its place
    is_printed_at_place,
    quotation,

    -- timestamps
    recorded_at
from located
