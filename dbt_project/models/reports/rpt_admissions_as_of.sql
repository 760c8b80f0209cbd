{{ config(materialized='view', meta={'changed_in': 'int_counts_changed'}, post_hook="{{ reading_function('admissions_as_of') }}") }}
{{ fact_readings('admissions', 'admissions') }}
