-- Every contradiction inside and across reports, in the shape of the comparisons, for people. It is open since the newest of
-- the reports that it speaks of came in: who sends a number again says again that it is right.
{% set families = [
    'int_report_lines_compared',
    'int_report_percentages_compared',
    'int_reports_compared',
] %}
with compared as (

    {% for family in families -%}
    select * from {{ ref(family) }}
    {%- if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}

),

batches as (

    select distinct
        batch_id,
        recorded_at
    from {{ ref('int_files_versioned') }}

),

identified as (

    select
        {{ comparison_id() }} as comparison_id,
        compared.*,
        batches.recorded_at as opened_at
    from compared
    inner join batches
        on compared.batch_id = batches.batch_id

)

{{ worded_comparisons('identified', ['opened_at']) }}
