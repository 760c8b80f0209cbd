-- Where the figures of publications stand: in which sentence of the text, and what follows them in it. A sentence ends with a full
-- stop, a question or exclamation mark before a space, or with its line. The full stop of an abbreviation ("TP. Cần Thơ")
-- ends none, and one before a closing quotation mark does.
with figures as (

    select * from {{ ref('int_figures_attributed') }}
    where duplicate_of_figure_id is null and is_printed_at_place

),

texts as (

    select
        publication_id,
        {{ show_sentence_ends('text_body') }} as text_body
    from {{ ref('int_texts_current') }}

),

placed as (

    select distinct
        figures.figure_id,
        figures.document_id,
        figures.char_start,
        figures.char_end,
        substring(texts.text_body, 1, cast(figures.char_start as integer)) as text_before,
        substring(texts.text_body, cast(figures.char_end + 1 as integer)) as text_after
    from figures
    inner join texts
        on figures.publication_id = texts.publication_id

),

cut as (

    select
        figure_id,
        document_id,
        char_start,
        char_end,
        -- each end is one character shorter
        length(text_before)
        - length(replace(replace(replace(replace(text_before, '. ', '.'), '! ', '!'), '? ', '?'), '… ', '…'))
        + length(text_before)
        - length(replace(text_before, chr(10), '')) as sentence_number,
        regexp_extract(text_after, '(?s)^(.*?)([.!?…]([ \n]|$)|\n|$)', 1) as following_words
    from placed

)

select
    figure_id,
    document_id,
    char_start,
    char_end,
    sentence_number,
    following_words,
    -- the first two words right after the number, or after its percent sign: what is counted
    nullif(regexp_extract(lower(following_words), '^ *%? *(\pL+ \pL+)', 1), '') as counted_noun
from cut
