{{ config(materialized='view', post_hook="{{ reading_function('members_as_of') }}") }}
{{ fact_readings('members', 'member_count') }}
