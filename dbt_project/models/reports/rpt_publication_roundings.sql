-- How each publication makes percentages short, and the figures that say so.
select
    publications.publication_id,
    publications.publisher,
    publications.title,
    roundings.rounding_code,
    roundings.rounded_figure_count,
    roundings.cut_figure_count,
    roundings.rounded_figure_ids,
    roundings.cut_figure_ids
from {{ ref('int_roundings_inferred') }} as roundings
inner join {{ ref('dim_publications') }} as publications
    on roundings.document_id = publications.publication_id
