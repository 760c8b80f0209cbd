{{ config(materialized='view', meta={'changed_in': 'int_counts_changed'}, post_hook="{{ reading_function('departures_as_of') }}") }}
{{ fact_readings('departures', 'departures') }}
