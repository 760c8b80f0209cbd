{#- Segments of one series each, and the sums of two of them that adjoin: a query. Of several ways to the same days the exact
    one with the fewest counts is kept, else the narrowest. A segment has the columns starts_on, next_on (the day after its
    last), origin_code, part_count, figure_ids, count_low and count_high (null: no upper bound).

    segments    name of a CTE
    series      columns that say which counts may be added
-#}
{% macro join_adjoining_segments(segments, series) -%}
    select
        {{ series | join(', ') }}, starts_on, next_on, origin_code, part_count, figure_ids, count_low, count_high
    from (
        select
            joined.*,
            row_number() over (
                partition by {{ series | join(', ') }}, starts_on, next_on
                order by
                    case when count_high is null then 2 when count_high > count_low then 1 else 0 end,
                    part_count, count_high - count_low, count_low desc, figure_ids
            ) as preference
        from (
            select * from {{ segments }}
            union all
            select
                {% for column in series %}earlier.{{ column }}, {% endfor %}
                earlier.starts_on,
                later.next_on,
                'summed' as origin_code,
                earlier.part_count + later.part_count as part_count,
                earlier.figure_ids || '|' || later.figure_ids as figure_ids,
                earlier.count_low + later.count_low as count_low,
                earlier.count_high + later.count_high as count_high
            from {{ segments }} as earlier
            inner join {{ segments }} as later
                on
                    {% for column in series %}earlier.{{ column }} = later.{{ column }} and {% endfor %}
                    earlier.next_on = later.starts_on
        ) as joined
    ) as ranked_segments
    where preference = 1
{%- endmacro %}
