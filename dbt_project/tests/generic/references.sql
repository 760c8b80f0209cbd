{#- Every value of these columns is in the table that the column refers to: `name` of the column, `to` which table, `field`
    if the column has another name there. -#}
{% test references(model, columns) %}
{% for column in columns -%}
{{ 'union all' if not loop.first }}
select
    '{{ column.name }}' as column_name,
    children.missing_value,
    count(*) as row_count
from (select {{ column.name }} as missing_value from {{ model }} where {{ column.name }} is not null) as children
left join {{ column.to }} as parents
    on children.missing_value = parents.{{ column.field | default(column.name) }}
where parents.{{ column.field | default(column.name) }} is null
group by children.missing_value
{% endfor %}
{% endtest %}
