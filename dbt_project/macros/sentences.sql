{#- A text in which a full stop before a space ends a sentence, and none else: spaces that do not break are spaces, the one after an
    abbreviation ("TP. Cần Thơ") is none, a full stop changes its place with a closing quotation mark or bracket. As long as
    before, so places stay what they are. -#}
{% macro show_sentence_ends(text) -%}
    {%- set shown = namespace(text="translate(" ~ text ~ ", chr(160) || chr(8239) || chr(9) || chr(13), '    ')") -%}
    {%- for mark in ['”', '"', ')'] -%}
        {%- set shown.text = "replace(" ~ shown.text ~ ", '." ~ mark ~ " ', '" ~ mark ~ ". ')" -%}
    {%- endfor -%}
    {%- for abbreviation in ['TP', 'Tp', 'tp', 'TX', 'Tx', 'tx', 'TT', 'tt', 'H', 'P', 'Q', 'X', 'Th', 'tr'] -%}
        {%- set shown.text = "replace(" ~ shown.text ~ ", ' " ~ abbreviation ~ ". ', ' " ~ abbreviation ~ ".' || chr(160))" -%}
    {%- endfor -%}
    {{ shown.text }}
{%- endmacro %}
