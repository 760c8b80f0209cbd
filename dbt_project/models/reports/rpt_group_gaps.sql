-- A group's share of the admissions against its share of the target, and against its share of the members: of the stock
-- nearest before the end of the period, else nearest after it, at most 366 days away. Undated figures are compared only
-- within their document. Groups overlap: gaps are never added.
with shares as (

    select * from {{ ref('int_group_shares_bounded') }}

),

pairs as (

    select
        admissions.organisation_id,
        admissions.group_code,
        admissions.period_id,
        admissions.starts_on,
        admissions.ends_on,
        admissions.document_id,
        admissions.share_origin_code,
        admissions.figure_ids,
        admissions.share_low_pct,
        admissions.share_high_pct,
        'members' as reference_code,
        case
            when compared.ends_on is null or admissions.ends_on is null then 'same_document'
            when compared.ends_on <= admissions.ends_on then 'before_end'
            else 'after_end'
        end as reference_place_code,
        compared.ends_on as reference_on,
        cast(abs({{ dbt.datediff('compared.ends_on', 'admissions.ends_on', 'day') }}) as bigint) as reference_day_distance,
        compared.document_id as reference_document_id,
        compared.share_origin_code as reference_origin_code,
        compared.figure_ids as reference_figure_ids,
        compared.share_low_pct as reference_low_pct,
        compared.share_high_pct as reference_high_pct
    from shares as admissions
    inner join shares as compared
        on
            admissions.organisation_id = compared.organisation_id
            and admissions.group_code = compared.group_code
            and compared.measure_code = 'members'
    where
        admissions.measure_code = 'admissions'
        and (
            abs({{ dbt.datediff('compared.ends_on', 'admissions.ends_on', 'day') }}) <= 366
            or (
                (compared.ends_on is null or admissions.ends_on is null)
                and compared.document_id = admissions.document_id
            )
        )

    union all

    select
        admissions.organisation_id,
        admissions.group_code,
        admissions.period_id,
        admissions.starts_on,
        admissions.ends_on,
        admissions.document_id,
        admissions.share_origin_code,
        admissions.figure_ids,
        admissions.share_low_pct,
        admissions.share_high_pct,
        'target' as reference_code,
        case when compared.period_id = admissions.period_id then 'same_period' else 'containing_period' end
            as reference_place_code,
        compared.ends_on as reference_on,
        cast({{ dbt.datediff('compared.starts_on', 'compared.ends_on', 'day') }} as bigint) as reference_day_distance,
        compared.document_id as reference_document_id,
        compared.share_origin_code as reference_origin_code,
        compared.figure_ids as reference_figure_ids,
        compared.share_low_pct as reference_low_pct,
        compared.share_high_pct as reference_high_pct
    from shares as admissions
    inner join shares as compared
        on
            admissions.organisation_id = compared.organisation_id
            and admissions.group_code = compared.group_code
            and compared.measure_code = 'admission_target'
    where
        admissions.measure_code = 'admissions'
        and (
            compared.period_id = admissions.period_id
            or (compared.starts_on <= admissions.starts_on and compared.ends_on >= admissions.ends_on)
        )

),

nearest as (

    select
        *,
        row_number() over (
            partition by organisation_id, group_code, period_id, document_id, reference_code
            order by
                case reference_place_code
                    when 'same_period' then 0
                    when 'same_document' then 0
                    when 'before_end' then 1
                    else 2
                end,
                reference_day_distance,
                reference_high_pct - reference_low_pct,
                reference_document_id
        ) as preference
    from pairs

),

gaps as (

    select
        *,
        {{ exact('share_low_pct - reference_high_pct') }} as gap_low_points,
        {{ exact('share_high_pct - reference_low_pct') }} as gap_high_points
    from nearest
    where preference = 1

)

select
    {{ surrogate_key(['gaps.organisation_id', 'gaps.group_code', 'gaps.period_id', 'gaps.document_id', 'gaps.reference_code']) }}
        as group_gap_id,
    gaps.organisation_id,
    organisations.organisation_name,
    organisations.level_code,
    organisations.province_name,
    gaps.group_code,
    groups.group_label_vi,
    groups.group_label_en,
    gaps.period_id,
    gaps.starts_on,
    gaps.ends_on,

    -- the group among those admitted
    gaps.share_low_pct,
    gaps.share_high_pct,
    gaps.share_origin_code,
    gaps.document_id,
    gaps.figure_ids,

    -- what it is compared with
    gaps.reference_code,
    gaps.reference_place_code,
    gaps.reference_on,
    gaps.reference_low_pct,
    gaps.reference_high_pct,
    gaps.reference_origin_code,
    gaps.reference_document_id,
    gaps.reference_figure_ids,

    -- percentage points
    gaps.gap_low_points,
    gaps.gap_high_points,
    case
        when gaps.gap_low_points > 0 then 'above'
        when gaps.gap_high_points < 0 then 'below'
        when gaps.gap_low_points = 0 and gaps.gap_high_points = 0 then 'equal'
        else 'undecidable'
    end as gap_code
from gaps
inner join {{ ref('dim_organisations') }} as organisations
    on gaps.organisation_id = organisations.organisation_id
inner join {{ ref('dim_groups') }} as groups
    on gaps.group_code = groups.group_code
