-- When a publication is of: its day, else the end of the month or year that is known of it, and the latest day on which
-- something begins that it states. A target ends in the future, but what a publication speaks of has begun.
with publications as (

    select * from {{ ref('int_publications_current') }}

),

stated as (

    select
        publication_id,
        max(coalesce(starts_on, ends_on)) as speaks_of_on
    from {{ ref('int_observations_versioned') }}
    where publication_id is not null and is_current
    group by publication_id

)

select
    stated.publication_id,
    publications.published_on,
    case
        when length(publications.published_period) = 4
            then cast(publications.published_period || '-12-31' as date)
        when length(publications.published_period) = 7
            then cast({{ dbt.last_day("cast(publications.published_period || '-01' as date)", "month") }} as date)
        when length(publications.published_period) = 10 then cast(publications.published_period as date)
    end as published_period_ends_on,
    stated.speaks_of_on
from stated
left join publications
    on stated.publication_id = publications.publication_id
