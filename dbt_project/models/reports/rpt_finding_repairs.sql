-- What a suspect may have been meant to be: slips after which all other figures hold. None is ever applied.
select
    root_comparison_id as finding_id,
    set_number,
    figure_id,
    repair_number,
    printed,
    slip_code,
    repaired_printed
from {{ ref('int_contradictions_localised') }}
where repair_number is not null and comparison_id = root_comparison_id
