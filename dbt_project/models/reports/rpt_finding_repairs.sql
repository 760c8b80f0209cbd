-- What a suspect may have been meant to be: slips after which all other figures hold. None is ever applied.
select
    localised.root_comparison_id as finding_id,
    localised.set_number,
    localised.figure_id,
    localised.repair_number,
    localised.printed,
    localised.slip_code,
    slips.label_vi as slip_label_vi,
    slips.label_en as slip_label_en,
    localised.repaired_printed
from {{ ref('int_contradictions_localised') }} as localised
inner join {{ ref('slips') }} as slips
    on localised.slip_code = slips.slip_code
where localised.repair_number is not null and localised.comparison_id = localised.root_comparison_id
