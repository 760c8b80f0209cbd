{{ fact_table('organisation_counts', 'organisation_count') }}
