-- Everything that is known of admissions, each once. Without names, so that those who look for a few rows of it are quick.
{{ config(materialized='view', meta={'changed_in': 'int_roll_ups_changed'}) }}

{{ united_admissions(ref('int_admissions_combined'), ref('int_admissions_rolled_up')) }}
