-- What all comparisons together say of each published figure. One that is in no smallest set of suspects is not doubted because
-- of a contradiction that it takes part in.
with comparisons as (

    select * from {{ ref('rpt_published_total_comparisons') }}

),

named as (

    {{ split_figures('comparisons', 'comparison_id') }}

),

localised as (

    select distinct
        comparison_id,
        figure_id
    from {{ ref('int_contradictions_localised') }}
    where figure_id is not null

),

localised_comparisons as (

    select distinct comparison_id from localised

),

judged as (

    select distinct
        named.figure_id,
        comparisons.comparison_id,
        comparisons.reason_code,
        case
            when
                comparisons.verdict = 'contradicted'
                and localised_comparisons.comparison_id is not null
                and localised.figure_id is null
                then 'consistent'
            else comparisons.verdict
        end as verdict
    from named
    inner join comparisons
        on named.comparison_id = comparisons.comparison_id
    left join localised
        on named.comparison_id = localised.comparison_id and named.figure_id = localised.figure_id
    left join localised_comparisons
        on named.comparison_id = localised_comparisons.comparison_id

),

ranked as (

    select
        *,
        row_number() over (
            partition by figure_id
            order by
                case verdict when 'contradicted' then 1 when 'confirmed' then 2 when 'consistent' then 3 else 4 end,
                reason_code,
                comparison_id
        ) as preference,
        count(*) over (partition by figure_id) as comparison_count,
        sum(case when verdict = 'contradicted' then 1 else 0 end) over (partition by figure_id) as contradiction_count,
        sum(case when verdict = 'confirmed' then 1 else 0 end) over (partition by figure_id) as confirmation_count
    from judged

),

decided as (

    select
        figures.figure_id,
        figures.document_id,
        figures.organisation_id,
        figures.measure_code,
        figures.group_code,
        figures.period_id,
        figures.printed,
        coalesce(ranked.verdict, 'undecidable') as verdict,
        case
            when coalesce(ranked.verdict, 'undecidable') <> 'undecidable' then ranked.reason_code
            when figures.resolution_code = 'collective' then 'collective_name'
            when figures.resolution_code = 'ambiguous' then 'ambiguous_name'
            when figures.resolution_code <> 'resolved' then 'unknown_name'
            when figures.measure_code = 'unclassified' then 'measure_unclassified'
            else coalesce(ranked.reason_code, 'nothing_to_compare')
        end as reason_code,
        ranked.comparison_id,
        cast(coalesce(ranked.comparison_count, 0) as bigint) as comparison_count,
        cast(coalesce(ranked.contradiction_count, 0) as bigint) as contradiction_count,
        cast(coalesce(ranked.confirmation_count, 0) as bigint) as confirmation_count
    from {{ ref('fct_figures') }} as figures
    left join ranked
        on figures.figure_id = ranked.figure_id and ranked.preference = 1
    where figures.publication_id is not null

)

select
    decided.figure_id,
    decided.document_id,
    decided.organisation_id,
    decided.measure_code,
    decided.group_code,
    decided.period_id,
    decided.printed,
    decided.verdict,
    decided.reason_code,
    reasons.label_vi as reason_label_vi,
    reasons.label_en as reason_label_en,
    decided.comparison_id,
    decided.comparison_count,
    decided.contradiction_count,
    decided.confirmation_count
from decided
left join {{ ref('reasons') }} as reasons
    on decided.reason_code = reasons.reason_code
