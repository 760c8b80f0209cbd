{{ config(materialized='view', meta={'changed_in': 'int_counts_changed'}, post_hook="{{ reading_function('localities_as_of') }}") }}
{{ fact_readings('localities', 'locality_count') }}
