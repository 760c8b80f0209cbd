{{ fact_table('localities', 'locality_count') }}
