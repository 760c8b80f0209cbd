-- Whole numbers that a document states of an organisation, as closed intervals of integers; null is no upper bound.
-- Both sides of a printed ratio "a/b" are stated. A number printed again counts once.
with figures as (

    select * from {{ ref('int_figures_attributed') }}
    where duplicate_of_figure_id is null and measure_code <> 'unclassified'

),

numbers as (

    select
        figure_id,
        document_id,
        organisation_id,
        measure_code,
        group_code,
        period_id,
        period_type_code,
        starts_on,
        ends_on,
        reported_on,
        'stated' as origin_code,
        value_low,
        is_value_low_open,
        value_high,
        is_value_high_open
    from figures
    where statement_code in ('level', 'part_of_ratio')

    union all

    select
        figure_id,
        document_id,
        organisation_id,
        base_measure_code as measure_code,
        base_group_code as group_code,
        period_id,
        period_type_code,
        starts_on,
        ends_on,
        reported_on,
        'denominator' as origin_code,
        base_value as value_low,
        false as is_value_low_open,
        base_value as value_high,
        false as is_value_high_open
    from figures
    where statement_code = 'part_of_ratio' and base_value is not null

),

counts as (

    select
        figure_id,
        document_id,
        organisation_id,
        measure_code,
        group_code,
        period_id,
        period_type_code,
        starts_on,
        ends_on,
        reported_on,
        origin_code,
        {{ count_low('value_low', 'is_value_low_open') }} as count_low,
        {{ count_high('value_high', 'is_value_high_open') }} as count_high
    from numbers

)

select * from counts
