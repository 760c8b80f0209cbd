{{ config(materialized='view', meta={'changed_in': 'int_counts_changed'}) }}
{{ fact_as_is('members', 'member_count') }}
