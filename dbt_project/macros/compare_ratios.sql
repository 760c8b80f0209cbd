{#- The comparison of tested percentages, for one rule.

    rule_code    rule of the seed `rules`
    statements   statements it speaks of, as a list of SQL literals
    implied      what an unprinted base is called: a code of the seed `implied_quantities`
-#}
{% macro compare_ratios(rule_code, statements, base_name_vi, base_name_en, implied) -%}
with ratios as (

    select
        ratios.*,
        smallest.smallest_rounded_base,
        smallest.smallest_cut_base,
        smallest.ceiling,
        smallest.ceiling_figure_id,
        smallest.explanation_code as smallest_explanation_code,
        roundings.rounding_code,
        -- what the publication does elsewhere, it does here
        case roundings.rounding_code when 'rounded' then rounded_count_low when 'cut_off' then cut_count_low end
            as habitual_count_low,
        case roundings.rounding_code when 'rounded' then rounded_count_high when 'cut_off' then cut_count_high end
            as habitual_count_high,
        case roundings.rounding_code when 'rounded' then rounded_base_low when 'cut_off' then cut_base_low end
            as habitual_base_low,
        case roundings.rounding_code when 'rounded' then rounded_base_high when 'cut_off' then cut_base_high end
            as habitual_base_high
    from {{ ref('int_ratios_tested') }} as ratios
    left join {{ ref('int_bases_smallest') }} as smallest
        on ratios.figure_id = smallest.figure_id and ratios.organisation_id = smallest.organisation_id
    left join {{ ref('int_roundings_inferred') }} as roundings
        on ratios.document_id = roundings.document_id
    where ratios.statement_code in ({{ statements }})

),

decided as (

    select
        *,
        case
            when not is_possible and (is_period_assumed or is_base_assumed) then 'undecidable'
            when not is_possible then 'contradicted'
            when is_numerator_known and is_base_known then 'confirmed'
            when is_possible or smallest_explanation_code is not null then 'consistent'
            else 'undecidable'
        end as verdict
    from ratios

),

compared as (

    select
        '{{ rule_code }}' as rule_code,
        document_id,
        organisation_id,
        measure_code,
        group_code,
        period_id,
        figure_id as observed_figure_id,
        {{ join_figures(join_figures('figure_id', 'numerator_figure_ids'), join_figures('base_figure_ids', 'ceiling_figure_id')) }}
            as figure_ids,
        cast(null as bigint) as part_count,
        cast(null as bigint) as whole_part_count,
        numerator_low as observed_low,
        numerator_high as observed_high,
        -- nothing is expected where no whole number fits
        case when is_base_known and implied_count_low <= implied_count_high then implied_count_low end as expected_low,
        case when is_base_known and implied_count_low <= implied_count_high then implied_count_high end as expected_high,
        case
            when verdict = 'consistent' and is_base_known and not is_numerator_known then 'count'
            when verdict = 'consistent' and not is_base_known then '{{ implied }}'
        end as implied_code,
        case
            when verdict = 'consistent' and is_base_known and not is_numerator_known
                then greatest(coalesce(habitual_count_low, implied_count_low), coalesce(numerator_low, 0))
            when verdict = 'consistent' and not is_base_known
                then
                    greatest(
                        coalesce(
                            habitual_base_low, implied_base_low, least(smallest_rounded_base, smallest_cut_base), base_low
                        ),
                        coalesce(base_low, 0)
                    )
        end as implied_low,
        case
            when verdict = 'consistent' and is_base_known and not is_numerator_known
                then least(coalesce(habitual_count_high, implied_count_high), coalesce(numerator_high, implied_count_high))
            when verdict = 'consistent' and not is_base_known
                then
                    coalesce(
                        least(
                            coalesce(habitual_base_high, implied_base_high),
                            coalesce(base_high, habitual_base_high, implied_base_high)
                        ),
                        ceiling
                    )
        end as implied_high,
        verdict,
        case
            when not is_possible and is_period_assumed then 'period_not_stated'
            when not is_possible and is_base_assumed then 'base_not_stated'
            when not is_possible and is_numerator_known and is_base_known then 'percentage_differs'
            when not is_possible and is_base_known then 'no_whole_number'
            when not is_possible and is_numerator_known then 'no_whole_base'
            when not is_possible then 'percentage_differs'
            when is_numerator_known and is_base_known then 'percentage_agrees'
            when is_base_known then 'count_implied'
            when is_numerator_known then 'base_implied'
            when smallest_explanation_code is not null then 'smallest_base'
            when is_possible then 'bounds_leave_room'
            when numerator_low is null and base_low is null then 'count_and_base_not_stated'
            when base_low is null then 'base_not_stated'
            else 'count_not_stated'
        end as reason_code,
        case
            when explanation_code = 'truncation' and rounding_code = 'both' and not is_base_assumed then 'stray_truncation'
            else coalesce(explanation_code, smallest_explanation_code)
        end as explanation_code,
        {% for language in ['vi', 'en'] %}
        {%- set printed = format_percentage('printed_pct', language) -%}
        {%- set count = format_bounds('numerator_low', 'numerator_high', language) -%}
        {%- set base = format_bounds('base_low', 'base_high', language) -%}
        case
            when is_numerator_known and is_base_known
                then
                    {{ count }}
                    || '{{ " trên " if language == "vi" else " of " }}'
                    || {{ base }}
                    || '{{ ", in là " if language == "vi" else ", printed as " }}'
                    || {{ printed }}
            when is_base_known and not is_possible
                then
                    '{{ "không có số nguyên nào bằng " if language == "vi" else "no whole number is " }}'
                    || {{ printed }}
                    || '{{ " của " if language == "vi" else " of " }}'
                    || {{ base }}
            when is_base_known
                then
                    {{ printed }}
                    || '{{ " của " if language == "vi" else " of " }}'
                    || {{ base }}
                    || '{{ ": " if language == "vi" else ": " }}'
                    || {{ format_bounds('implied_count_low', 'implied_count_high', language) }}
            when is_numerator_known and not is_possible
                then
                    {{ count }}
                    || '{{ " không thể là " if language == "vi" else " cannot be " }}'
                    || {{ printed }}
                    || '{{ " của một " ~ base_name_vi ~ " nguyên nào" if language == "vi" else " of any whole " ~ base_name_en }}'
            when is_numerator_known
                then
                    {{ count }}
                    || '{{ " là " if language == "vi" else " is " }}'
                    || {{ printed }}
                    || '{{ " của một " ~ base_name_vi ~ ": " if language == "vi" else " of a " ~ base_name_en ~ ": " }}'
                    || {{ format_bounds('implied_base_low', 'implied_base_high', language) }}
            when smallest_explanation_code is not null
                then
                    {{ printed }}
                    || '{{ ": " ~ base_name_vi ~ " nhỏ nhất nếu làm tròn là " if language == "vi" else ": the smallest " ~ base_name_en ~ " if rounded is " }}'
                    || coalesce({{ format_number('smallest_rounded_base', language) }}, '> 2000')
                    || '{{ ", nếu cắt bớt là " if language == "vi" else ", if cut off " }}'
                    || coalesce({{ format_number('smallest_cut_base', language) }}, '> 2000')
                    || '{{ "; cấp trên có nhiều nhất " if language == "vi" else "; the organisation above has at most " }}'
                    || {{ format_number('ceiling', language) }}
            else
                {{ printed }}
                || '{{ "; số đếm: " if language == "vi" else "; count: " }}'
                || {{ count }}
                || '{{ "; " ~ base_name_vi ~ ": " if language == "vi" else "; " ~ base_name_en ~ ": " }}'
                || {{ base }}
        end as detail_{{ language }}{{ "," if language == "vi" }}
        {% endfor %}
    from decided

)

select
    {{ comparison_columns() }}
from compared
{%- endmacro %}
