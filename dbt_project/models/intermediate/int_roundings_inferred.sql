-- Whether a publication rounds percentages or cuts them off, from those that leave no doubt: counts are printed beside them of
-- which only one of the two gives what is printed. A percentage of an assumed base leaves a doubt.
with tested as (

    select
        document_id,
        figure_id,
        max(case when explanation_code = 'rounding' and not is_base_assumed then 1 else 0 end) as is_rounded,
        max(case when explanation_code = 'truncation' and not is_base_assumed then 1 else 0 end) as is_cut
    from {{ ref('int_ratios_tested') }}
    group by document_id, figure_id

),

counted as (

    select
        document_id,
        cast(sum(is_rounded) as bigint) as rounded_figure_count,
        cast(sum(is_cut) as bigint) as cut_figure_count,
        {{ dbt.listagg('case when is_rounded = 1 then figure_id end', "'|'", 'order by figure_id') }} as rounded_figure_ids,
        {{ dbt.listagg('case when is_cut = 1 then figure_id end', "'|'", 'order by figure_id') }} as cut_figure_ids
    from tested
    group by document_id

)

select
    document_id,
    case
        when rounded_figure_count > 0 and cut_figure_count > 0 then 'both'
        when rounded_figure_count > 0 then 'rounded'
        when cut_figure_count > 0 then 'cut_off'
        else 'not_known'
    end as rounding_code,
    rounded_figure_count,
    cut_figure_count,
    rounded_figure_ids,
    cut_figure_ids
from counted
