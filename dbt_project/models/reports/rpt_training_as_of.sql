{{ config(materialized='view', meta={'changed_in': 'int_counts_changed'}, post_hook="{{ reading_function('training_as_of') }}") }}
{{ fact_readings('training', 'training_count') }}
