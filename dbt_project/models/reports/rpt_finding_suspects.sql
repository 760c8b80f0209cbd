-- Which figures may be wrong: of each contradiction all smallest sets of figures of which one must be.
select distinct
    root_comparison_id as finding_id,
    set_number,
    set_figure_count,
    figure_id,
    printed,
    has_fitting_value,
    expected_low,
    expected_high
from {{ ref('int_contradictions_localised') }}
where figure_id is not null and comparison_id = root_comparison_id
