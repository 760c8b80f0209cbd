{{ fact_table('training', 'training_count') }}
