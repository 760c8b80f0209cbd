{{ worded_comparisons(ref('int_comparisons_unioned')) }}
