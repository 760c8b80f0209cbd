{% macro period_overlaps(a,b,c,d) %}({{a}} <= {{d}} and {{b}} >= {{c}}){% endmacro %}
