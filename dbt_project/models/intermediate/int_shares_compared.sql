-- Shares, and ratios to the member stock, against the counts they are made of.
{{ compare_ratios('share_against_counts', "'share', 'ratio_to_members'", 'tổng', 'base', 'base') }}
