-- Organisations of which a source says that they admitted nobody in at least a whole year. Silence is not zero: an
-- organisation that no source speaks of does not stand here.
with zeros as (

    select
        *,
        cast(extract(year from ends_on) - extract(year from starts_on) + 1 as bigint) as year_count
    from {{ ref('fct_admissions') }}
    where
        group_code = 'all'
        and admissions = 0
        and {{ begins_a_year('starts_on') }}
        and {{ ends_a_year('ends_on') }}

),

stalled as (

    select
        organisation_id,
        document_id,
        max(ends_on) as stalled_until,
        max(year_count) as stalled_year_count
    from zeros
    group by organisation_id, document_id

)

select
    {{ surrogate_key(['stalled.organisation_id', 'stalled.document_id']) }} as stall_id,
    stalled.organisation_id,
    organisations.organisation_name,
    organisations.level_code,
    organisations.province_name,
    stalled.stalled_until,
    stalled.stalled_year_count,
    stalled.document_id
from stalled
inner join {{ ref('dim_organisations') }} as organisations
    on stalled.organisation_id = organisations.organisation_id
