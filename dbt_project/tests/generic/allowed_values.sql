{#- These columns hold no other values; a missing one is not another. -#}
{% test allowed_values(model, columns) %}
select *
from {{ model }}
where
    {% for column, values in columns.items() -%}
    {{ 'or ' if not loop.first }}{{ column }} not in ('{{ values | join("', '") }}')
    {% endfor %}
{% endtest %}
