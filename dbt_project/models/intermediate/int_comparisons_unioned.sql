-- Every comparison of every rule, in one shape. A count that is further from the printed one than the word before it means as a
-- rule is not wrong, and said to be unconventional.
{% set families = [
    'int_parts_compared',
    'int_share_sums_compared',
    'int_organisations_compared',
    'int_listed_organisations_compared',
    'int_periods_compared',
    'int_subsets_compared',
    'int_shares_compared',
    'int_attainments_compared',
    'int_excesses_compared',
    'int_bases_compared',
    'int_yearly_averages_compared',
    'int_repeated_figures_compared',
    'int_stocks_compared',
    'int_cells_compared',
    'int_wordings_compared',
] %}
with compared as (

    {% for family in families -%}
    select * from {{ ref(family) }}
    {%- if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}

),

conventions as (

    select distinct
        figure_id,
        conventional_low,
        conventional_high
    from {{ ref('int_figures_attributed') }}
    where statement_code = 'level' and (conventional_low is not null or conventional_high is not null)

),

joined as (

    select
        compared.*,
        conventions.conventional_low,
        conventions.conventional_high
    from compared
    left join conventions
        on compared.observed_figure_id = conventions.figure_id

),
{%- set explanation %}
        case
            when
                verdict in ('confirmed', 'consistent')
                and expected_low = expected_high
                and (expected_low > conventional_high or expected_low < conventional_low)
                then 'unconventional'
            else explanation_code
        end
{%- endset %}

identified as (

    select
        {{ comparison_id() }} as comparison_id,
        {{ comparison_columns(explanation) }}
    from joined

)

select * from identified
