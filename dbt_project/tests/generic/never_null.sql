{#- No row lacks a value in any of these columns. -#}
{% test never_null(model, columns) %}
select *
from {{ model }}
where
    {% for column in columns -%}
    {{ 'or ' if not loop.first }}{{ column }} is null
    {% endfor %}
{% endtest %}
