{#- Whether an organisation's printed name is the one of a figure, and means what it meant on the day of the figure.

    figures    columns of int_figures_bounded
    names      columns of stg_derived__organisation_names
-#}
{% macro bears_name(figures, names) -%}
    (
        {{ figures }}.organisation_name = {{ names }}.organisation_name
        and {{ figures }}.level_code = {{ names }}.printed_level_code
        and {{ figures }}.scope_code = {{ names }}.scope_code
        and {{ figures }}.parent_organisation_name is not distinct from {{ names }}.parent_organisation_name
        and {{ figures }}.province_name is not distinct from {{ names }}.province_name
        and {{ figures }}.named_on >= {{ names }}.named_from
        and {{ figures }}.named_on < {{ names }}.named_to
    )
{%- endmacro %}
