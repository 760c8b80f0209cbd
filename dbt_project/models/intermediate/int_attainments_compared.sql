-- Attainments, and excesses in percent, against count and target.
{{ compare_ratios('attainment_against_target', "'attainment', 'excess_over_target'", 'chỉ tiêu', 'target', 'target') }}
