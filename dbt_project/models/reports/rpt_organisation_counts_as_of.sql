{{ config(
    materialized='view',
    meta={'changed_in': 'int_counts_changed'},
    post_hook="{{ reading_function('organisation_counts_as_of') }}"
) }}
{{ fact_readings('organisation_counts', 'organisation_count') }}
