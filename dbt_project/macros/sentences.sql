{#- A text in which a full stop before a space ends a sentence, and none else: the space after an abbreviation does not break, a
    full stop changes its place with a closing quotation mark. As long as before. -#}
{% macro show_sentence_ends(text) -%}
    {%- set shown = namespace(text=text) -%}
    {%- for mark in ['”', '"', ')'] -%}
        {%- set shown.text = "replace(" ~ shown.text ~ ", '." ~ mark ~ " ', '" ~ mark ~ ". ')" -%}
    {%- endfor -%}
    {%- for abbreviation in ['TP', 'Tp', 'TX', 'TT', 'Th'] -%}
        {%- set shown.text = "replace(" ~ shown.text ~ ", '" ~ abbreviation ~ ". ', '" ~ abbreviation ~ ".' || chr(160))" -%}
    {%- endfor -%}
    {{ shown.text }}
{%- endmacro %}
