-- What changed, number by number, when a file was received again: the number itself (restated) or what it is said to count
-- (reclassified: another organisation, measure, group, period, qualifier or base).
{{ config(materialized='incremental', incremental_strategy='append', on_schema_change='fail', pre_hook='{{ forget_versions() }}') }}

with versions as (

    select * from {{ ref('int_files_versioned') }}

),

files as (

    select
        later.*,
        earlier.batch_id as earlier_batch_id
    from versions as later
    inner join versions as earlier
        on later.file_path = earlier.file_path and later.version_number = earlier.version_number + 1
    {% if is_incremental() %}
    where {{ came_in('later.batch_id') }}
    {% endif %}

),

{% for side, batch_id in [('earlier', 'earlier_batch_id'), ('later', 'batch_id')] -%}
{{ side }} as (

    select
        files.file_path,
        files.version_number,
        observations.figure_id,
        observations.printed,
        observations.value,
        {{ surrogate_key([
            'organisation_name', 'level_code', 'scope_code', 'parent_organisation_name', 'province_name', 'measure_code',
            'group_code', 'statement_code', 'period_type_code', 'starts_on', 'ends_on', 'range_high', 'unit',
            'qualifier_code', 'base_measure_code', 'base_group_code', 'base_value', 'duplicate_of_figure_id',
        ]) }} as meaning_key
    from {{ ref('stg_lake__observations') }} as observations
    inner join files
        on observations.batch_id = files.{{ batch_id }} and observations.file_path = files.file_path

),

{% endfor -%}
changed as (

    select
        coalesce(later.file_path, earlier.file_path) as file_path,
        coalesce(later.version_number, earlier.version_number) as version_number,
        coalesce(later.figure_id, earlier.figure_id) as figure_id,
        case
            when earlier.figure_id is null then 'added'
            when later.figure_id is null then 'removed'
            when earlier.value = later.value and coalesce(earlier.printed, '') = coalesce(later.printed, '') then 'reclassified'
            else 'restated'
        end as change_code,
        earlier.printed as former_printed,
        earlier.value as former_value,
        later.printed,
        later.value
    from earlier
    full outer join later
        on
            earlier.file_path = later.file_path
            and earlier.version_number = later.version_number
            and earlier.figure_id = later.figure_id
    where
        earlier.figure_id is null
        or later.figure_id is null
        or earlier.value <> later.value
        or coalesce(earlier.printed, '') <> coalesce(later.printed, '')
        or earlier.meaning_key <> later.meaning_key

)

select
    {{ surrogate_key(['changed.file_path', 'changed.version_number', 'changed.figure_id']) }} as change_id,
    changed.file_path,
    changed.version_number,
    changed.figure_id,
    changed.change_code,
    changed.former_printed,
    changed.former_value,
    changed.printed,
    changed.value,
    files.source_name,
    files.file_sha256,
    files.batch_id,
    files.recorded_at
from changed
inner join files
    on changed.file_path = files.file_path and changed.version_number = files.version_number
