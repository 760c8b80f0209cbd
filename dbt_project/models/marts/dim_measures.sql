with measures as (

    select
        measure_code,
        kind as kind_code,
        unit,
        fact_code,
        label_vi as measure_label_vi,
        label_en as measure_label_en,
        adds_over_organisations,
        adds_over_time,
        description
    from {{ ref('measures') }}

)

select * from measures
