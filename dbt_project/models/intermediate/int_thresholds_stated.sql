-- Printed numbers of organisations of which a document says how much of their target they reached: those that met it reached
-- 100 % or more; of others the words after the number say so ("4 đảng bộ đạt trên 50% chỉ tiêu: …"). The words right before the
-- percentage say which side of it is meant, or "trở lên" behind it; else it is no threshold, nor where they say that it was not
-- reached, or name a second one. Where the words go on to a list, it is of those organisations: to the end of its sentence, to
-- the closing bracket, to the next number of organisations, or to words that turn to others ("còn", "riêng", "trong khi").
{%- set percentage = '([0-9]+(?:[.,][0-9]+)?) *%' %}
{%- set reached = '^([^0-9.:;%]*) đạt (?:được |tỷ lệ )?([^0-9.:;%]*)' ~ percentage ~ ' *((?:của )?(?:chỉ tiêu|kế hoạch)[^0-9.,:;%(]*)' %}
{%- set opening = '^[^0-9.:;(]*(?:' ~ percentage ~ '[^0-9.:;(]*)?' %}
{%- set list_in_sentence = '(' ~ opening ~ '(?::|,? gồm).*?)(?:[,;] *(?:còn|riêng|trong khi) |$)' %}
{%- set list_in_brackets = '(' ~ opening ~ '[(][^)]*)[)]' %}
with figures as (

    select * from {{ ref('int_figures_attributed') }}
    where
        duplicate_of_figure_id is null
        and organisation_id <> 'unknown'
        and unit = 'organisations'
        and statement_code = 'level'

),

sentences as (

    select * from {{ ref('int_figures_in_sentences') }}

),

placed as (

    select
        figures.figure_id,
        figures.document_id,
        figures.organisation_id,
        figures.measure_code,
        sentences.sentence_number,
        sentences.char_end,
        lower(sentences.following_words) as following_words,
        lead(sentences.char_start) over (
            partition by figures.document_id, sentences.sentence_number, figures.organisation_id
            order by sentences.char_start
        ) as next_char_start
    from figures
    left join sentences
        on figures.figure_id = sentences.figure_id

),

worded as (

    select
        figure_id,
        document_id,
        organisation_id,
        measure_code,
        sentence_number,
        char_end as list_starts_at,
        char_end + nullif(
            greatest(
                length(regexp_extract(following_words, '{{ list_in_sentence }}', 1)),
                length(regexp_extract(following_words, '{{ list_in_brackets }}', 1))
            ),
            0
        ) as words_end_at,
        next_char_start,
        regexp_extract(following_words, '{{ reached }}', 1) as words_between,
        trim(regexp_extract(following_words, '{{ reached }}', 2)) as words_before,
        regexp_extract(following_words, '{{ reached }}', 3) as printed,
        regexp_extract(following_words, '{{ reached }}', 4) || ' ' as words_after
    from placed

),

qualifier_words as (

    select
        qualifiers.bound_side,
        qualifiers.is_strict,
        split_part(qualifiers.label_vi, '|', cast(places.whole_number as integer)) as qualifier_word
    from {{ ref('qualifiers') }} as qualifiers
    inner join {{ ref('int_whole_numbers') }} as places
        on places.whole_number <= length(qualifiers.label_vi) - length(replace(qualifiers.label_vi, '|', '')) + 1
    where qualifiers.qualifier_code in ('over', 'at_least', 'under', 'at_most')

)

select
    worded.figure_id,
    worded.document_id,
    worded.organisation_id,
    {{ exact("replace(worded.printed, ',', '.')") }} as threshold_pct,
    qualifier_words.bound_side,
    qualifier_words.is_strict,
    worded.sentence_number,
    worded.list_starts_at,
    case when worded.next_char_start < worded.words_end_at then worded.next_char_start else worded.words_end_at end
        as list_ends_at
from worded
inner join qualifier_words
    on
        worded.words_before = qualifier_words.qualifier_word
        or (
            qualifier_words.qualifier_word in ('trở lên', 'trở xuống')
            and worded.words_before in ('', 'từ')
            and worded.words_after like '% ' || qualifier_words.qualifier_word || ' %'
        )
where
    worded.measure_code = 'unclassified'
    and worded.printed <> ''
    and worded.words_between || ' ' not like '% chưa %'
    and worded.words_between || ' ' not like '% không %'
    and worded.words_after not like '% nhưng %'
    and worded.words_after not like '% đến %'

union all

select
    figure_id,
    document_id,
    organisation_id,
    {{ exact('100') }} as threshold_pct,
    'lower' as bound_side,
    false as is_strict,
    sentence_number,
    list_starts_at,
    case when next_char_start < words_end_at then next_char_start else words_end_at end as list_ends_at
from worded
where measure_code = 'organisations_meeting_target'
