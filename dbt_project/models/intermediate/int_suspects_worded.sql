-- The suspects of a contradiction in one row: their names, the likeliest repair of each, and a sentence that goes behind what
-- the comparison says. In what a suspect differs from what the comparison is about is said of it.
{% set most_sets = 3 %}
with localised as (

    select * from {{ ref('int_contradictions_localised') }}
    where figure_id is not null

),

compared as (

    {% for family in ['int_comparisons_unioned', 'int_report_contradictions_unioned'] -%}
    select
        comparison_id,
        organisation_id,
        measure_code,
        group_code,
        period_id
    from {{ ref(family) }}
    {%- if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}

),

suspects as (

    select distinct
        comparison_id,
        root_comparison_id,
        set_number,
        figure_id,
        printed,
        has_fitting_value,
        expected_low,
        expected_high
    from localised

),

repairs as (

    select
        localised.comparison_id,
        localised.set_number,
        localised.figure_id,
        localised.repaired_printed,
        slips.slip_code,
        slips.label_vi,
        slips.label_en
    from localised
    inner join {{ ref('slips') }} as slips
        on localised.slip_code = slips.slip_code
    where localised.repair_number = 1

),

named as (

    select
        suspects.comparison_id,
        suspects.set_number,
        suspects.figure_id,
        {%- for language in ['vi', 'en'] %}
        coalesce(', ' || organisations.organisation_name, '')
        || coalesce(', ' || measures.label_{{ language }}, '')
        || coalesce(', ' || groups.label_{{ language }}, '')
        || coalesce(', ' || periods.period_label_{{ language }}, '') as name_{{ language }}
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    from suspects
    inner join compared
        on suspects.comparison_id = compared.comparison_id
    inner join {{ ref('int_suspects_gathered') }} as figures
        on suspects.figure_id = figures.figure_id
    left join {{ ref('dim_organisations') }} as organisations
        on figures.organisation_id = organisations.organisation_id and compared.organisation_id <> figures.organisation_id
    left join {{ ref('measures') }} as measures
        on figures.measure_code = measures.measure_code and compared.measure_code <> figures.measure_code
    left join {{ ref('groups') }} as groups
        on figures.group_code = groups.group_code and compared.group_code <> figures.group_code
    left join {{ ref('dim_periods') }} as periods
        on figures.period_id = periods.period_id and compared.period_id <> figures.period_id

),

worded as (

    select
        suspects.comparison_id,
        suspects.root_comparison_id,
        suspects.set_number,
        suspects.figure_id,
        suspects.figure_id || ': ' || suspects.printed || ' → ' || repairs.repaired_printed || ' (' || repairs.slip_code || ')'
            as repair,
        case when named.name_vi = '' then '' else substring(named.name_vi, 3) || ': ' end
        || coalesce(suspects.printed, suspects.figure_id)
        || case
            when not suspects.has_fitting_value then ' (không số nào vừa)'
            when suspects.expected_high is null and coalesce(suspects.expected_low, 0) <= 0 then ''
            else ' (phải là ' || {{ format_bounds('suspects.expected_low', 'suspects.expected_high', 'vi') }} || ')'
        end
        || coalesce(', có thể là ' || repairs.repaired_printed || ': ' || repairs.label_vi, '') as suspect_vi,
        case when named.name_en = '' then '' else substring(named.name_en, 3) || ': ' end
        || coalesce(suspects.printed, suspects.figure_id)
        || case
            when not suspects.has_fitting_value then ' (no number fits)'
            when suspects.expected_high is null and coalesce(suspects.expected_low, 0) <= 0 then ''
            else ' (would be ' || {{ format_bounds('suspects.expected_low', 'suspects.expected_high', 'en') }} || ')'
        end
        || coalesce(', perhaps ' || repairs.repaired_printed || ': ' || repairs.label_en, '') as suspect_en
    from suspects
    inner join named
        on
            suspects.comparison_id = named.comparison_id
            and suspects.set_number = named.set_number
            and suspects.figure_id = named.figure_id
    left join repairs
        on
            suspects.comparison_id = repairs.comparison_id
            and suspects.set_number = repairs.set_number
            and suspects.figure_id = repairs.figure_id

),

sets as (

    select
        comparison_id,
        root_comparison_id,
        set_number,
        {{ dbt.listagg('figure_id', "'+'", 'order by figure_id') }} as set_figure_ids,
        {{ dbt.listagg('repair', "'|'", 'order by figure_id') }} as repairs,
        {{ dbt.listagg('suspect_vi', "' và '", 'order by figure_id') }} as set_vi,
        {{ dbt.listagg('suspect_en', "' and '", 'order by figure_id') }} as set_en
    from worded
    group by comparison_id, root_comparison_id, set_number

),

joined as (

    select
        comparison_id,
        root_comparison_id,
        count(*) as set_count,
        {{ dbt.listagg('set_figure_ids', "'|'", 'order by set_number') }} as suspects,
        {{ dbt.listagg('repairs', "'|'", 'order by set_number') }} as repairs,
        {{ dbt.listagg('case when set_number <= ' ~ most_sets ~ ' then set_vi end', "'; hoặc '", 'order by set_number') }}
            as suspicion_vi,
        {{ dbt.listagg('case when set_number <= ' ~ most_sets ~ ' then set_en end', "'; or '", 'order by set_number') }}
            as suspicion_en
    from sets
    group by comparison_id, root_comparison_id

)

select
    comparison_id,
    root_comparison_id,
    suspects,
    repairs,
    '; có thể sai: ' || suspicion_vi
    || case
        when set_count > {{ most_sets }}
            then '; hoặc một trong ' || cast(set_count - {{ most_sets }} as {{ dbt.type_string() }}) || ' khả năng khác'
        else ''
    end as suspicion_vi,
    '; wrong may be: ' || suspicion_en
    || case
        when set_count > {{ most_sets }}
            then '; or one of ' || cast(set_count - {{ most_sets }} as {{ dbt.type_string() }}) || ' other possibilities'
        else ''
    end as suspicion_en
from joined
