{#- No expression is false in any row; where one is unknown, because a bound is missing, it is not false. -#}
{% test expressions_are_true(model, expressions) %}
select
    case
        {% for expression in expressions -%}
        when not ({{ expression }}) then '{{ expression | replace("'", "''") }}'
        {% endfor %}
    end as first_false_expression,
    *
from {{ model }}
where
    {% for expression in expressions -%}
    {{ 'or ' if not loop.first }}not ({{ expression }})
    {% endfor %}
{% endtest %}
