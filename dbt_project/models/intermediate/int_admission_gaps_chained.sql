-- Years without any admission, joined into one stall where they follow one another, whichever documents say so. Silence is
-- not zero. Of an organisation that is not known the documents are kept apart.
with {% for side, table in [('own', 'int_admissions_combined'), ('rolled_up', 'int_admissions_rolled_up')] -%}
{{ side }} as (

    select * from {{ ref(table) }}
    where group_code = 'all' and {{ begins_a_year('starts_on') }} and {{ ends_a_year('ends_on') }}

),

{% endfor -%}
admissions as (

    {{ united_admissions('own', 'rolled_up') }}

),

zeros as (

    select
        organisation_id,
        case when organisation_id = 'unknown' then document_id else 'any' end as document_scope,
        document_id,
        starts_on,
        ends_on,
        extract(year from starts_on) as start_year,
        extract(year from ends_on) as end_year
    from admissions
    where admissions_high = 0

),

followed as (

    select
        *,
        max(end_year) over (
            partition by organisation_id, document_scope
            order by start_year, end_year, ends_on, document_id
            rows between unbounded preceding and 1 preceding
        ) as former_end_year
    from zeros

),

numbered as (

    select
        *,
        sum(case when start_year <= former_end_year + 1 then 0 else 1 end) over (
            partition by organisation_id, document_scope
            order by start_year, end_year, ends_on, document_id
            rows between unbounded preceding and current row
        ) as chain_number
    from followed

),

chains as (

    select
        organisation_id,
        document_scope,
        chain_number,
        min(starts_on) as stalled_since,
        max(ends_on) as stalled_until,
        cast(max(end_year) - min(start_year) + 1 as bigint) as stalled_year_count,
        row_number() over (partition by organisation_id, document_scope order by max(ends_on) desc) as preference
    from numbered
    group by organisation_id, document_scope, chain_number

),

latest as (

    select * from chains
    where preference = 1

),

documents as (

    select distinct
        numbered.organisation_id,
        numbered.document_scope,
        numbered.document_id
    from numbered
    inner join latest
        on
            numbered.organisation_id = latest.organisation_id
            and numbered.document_scope = latest.document_scope
            and numbered.chain_number = latest.chain_number

),

listed as (

    select
        organisation_id,
        document_scope,
        {{ dbt.listagg('document_id', "'|'", 'order by document_id') }} as document_ids
    from documents
    group by organisation_id, document_scope

),

admitted as (

    select
        latest.organisation_id,
        latest.document_scope,
        max(
            case
                when admissions.starts_on >= latest.stalled_since and admissions.ends_on <= latest.stalled_until then 1
                else 0
            end
        ) = 1 as is_contested,
        min(case when admissions.starts_on > latest.stalled_until then admissions.ends_on end) as ended_on
    from latest
    inner join {{ ref('fct_admissions') }} as admissions
        on latest.organisation_id = admissions.organisation_id
    where latest.organisation_id <> 'unknown' and admissions.group_code = 'all' and admissions.admissions_low > 0
    group by latest.organisation_id, latest.document_scope

)

select
    latest.organisation_id,
    latest.document_scope,
    latest.stalled_since,
    latest.stalled_until,
    latest.stalled_year_count,
    admitted.ended_on,
    coalesce(admitted.is_contested, false) as is_contested,
    listed.document_ids
from latest
left join listed
    on latest.organisation_id = listed.organisation_id and latest.document_scope = listed.document_scope
left join admitted
    on latest.organisation_id = admitted.organisation_id and latest.document_scope = admitted.document_scope
