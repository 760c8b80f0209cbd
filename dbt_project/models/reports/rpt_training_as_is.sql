{{ config(materialized='view', meta={'changed_in': 'int_counts_changed'}) }}
{{ fact_as_is('training', 'training_count') }}
