with source as (

    select * from {{ source('lake', 'observations') }}

),

renamed as (

    select
        -- ids
        observation_id,
        figure_id,
        publication_id,
        duplicate_of_figure_id,
        batch_id,
        source_name,
        file_path,
        file_sha256,
        locator,
        char_start,
        char_end,

        -- what is counted
        organisation_name,
        organisation_level as level_code,
        organisation_scope as scope_code,
        parent_organisation_name,
        province_name,
        form_code,
        measure_code,
        group_code,
        statement_code,

        -- when
        period_type_code,
        starts_on,
        ends_on,
        period_text,
        reported_on,

        -- the number
        printed,
        printed_precision,
        value,
        value_high as range_high,
        unit,
        qualifier_code,
        value_status as value_status_code,
        note,

        -- its base
        base_measure_code,
        base_group_code,
        base_value,
        base_period_text,
        base_starts_on,
        base_ends_on,

        -- timestamps
        recorded_at
    from source

)

select * from renamed
