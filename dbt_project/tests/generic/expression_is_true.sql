{#- The expression is false in no row; where it is unknown, because a bound is missing, it is not false. -#}
{% test expression_is_true(model, expression) %}
select *
from {{ model }}
where not ({{ expression }})
{% endtest %}
