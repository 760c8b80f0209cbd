-- Documents of which something came in since the tables were built: a publication whose figures, sidecar or text are new,
-- a report whose file is. A file that is received again may speak of another publication than before, or be rejected: what
-- the tables hold of it is looked up in fct_figures as the night before left it, and the publications of a sidecar or text
-- in all versions of its file.
{% set earlier_figures = existing_table('marts', 'fct_figures') %}
with files as (

    select
        batch_id,
        file_path,
        version_number
    from {{ ref('int_files_versioned') }}
    where is_current and {{ came_in('batch_id') }}

),

observations as (

    select parts.publication_id as document_id
    from {{ ref('stg_lake__observations') }} as parts
    inner join files
        on parts.batch_id = files.batch_id and parts.file_path = files.file_path
    where {{ came_in('parts.batch_id') }} and parts.publication_id is not null

),

{% for part in ['publications', 'texts'] -%}
{{ part }} as (

    select parts.publication_id as document_id
    from {{ ref('stg_lake__' ~ part) }} as parts
    inner join files
        on parts.file_path = files.file_path

),

{% endfor -%}
changed as (

    -- nothing is to be removed of a report that came in for the first time
    select
        file_path as document_id,
        version_number > 1 as is_known
    from files

    {% for part in ['observations', 'publications', 'texts'] %}
    union

    select
        document_id,
        true as is_known
    from {{ part }}
    {% endfor %}
    {% if earlier_figures %}
    union

    select
        document_id,
        true as is_known
    from {{ earlier_figures }}
    where publication_id is not null and file_path in (select files.file_path from files)
    {% endif %}
)

select
    document_id,
    is_known
from changed
