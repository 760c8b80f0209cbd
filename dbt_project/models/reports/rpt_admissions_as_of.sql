{{ config(materialized='view', post_hook="{{ reading_function('admissions_as_of') }}") }}
{{ fact_readings('admissions', 'admissions') }}
