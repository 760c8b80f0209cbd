{{ fact_table('targets', 'target') }}
