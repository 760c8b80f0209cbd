-- Printed numbers of organisations of which a document says how much of their target they reached: those that met it reached
-- 100 % or more; of others the words after the number say so ("4 đảng bộ đạt trên 50% chỉ tiêu: …"). Where the words go on to
-- a list, it is of those organisations. A percentage without a word that says which side of it is meant is no threshold.
{%- set percentage = '([0-9]+(?:[.,][0-9]+)?) *%' %}
{%- set reached = '^[^0-9.:;%]* đạt (?:tỷ lệ )?([^0-9.:;%]*)' ~ percentage ~ ' *((?:của )?(?:chỉ tiêu|kế hoạch)[^0-9.,:;%(]*)' %}
{%- set list = '^[^0-9.:;(]*(' ~ percentage ~ '[^0-9.:;(]*)?([:(]| gồm | là )' %}
with figures as (

    select * from {{ ref('int_figures_attributed') }}
    where
        duplicate_of_figure_id is null
        and organisation_id <> 'unknown'
        and measure_code in ('organisations_meeting_target', 'unclassified')
        and unit = 'organisations'
        and statement_code = 'level'

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

),

worded as (

    select
        figures.figure_id,
        figures.document_id,
        figures.organisation_id,
        figures.measure_code,
        sentences.sentence_number,
        sentences.char_start,
        -- a list follows before any other number
        coalesce(regexp_extract(lower(sentences.following_words), '{{ list }}', 0) <> '', false) as opens_list,
        regexp_extract(lower(sentences.following_words), '{{ reached }}', 1) as words_before,
        regexp_extract(lower(sentences.following_words), '{{ reached }}', 2) as printed,
        regexp_extract(lower(sentences.following_words), '{{ reached }}', 3) as words_after
    from figures
    left join {{ ref('int_figures_in_sentences') }} as sentences
        on figures.figure_id = sentences.figure_id

),

-- "không dưới" is not "dưới"
read as (

    select
        worded.*,
        {{ exact("replace(worded.printed, ',', '.')") }} as threshold_pct,
        qualifier_words.bound_side,
        qualifier_words.is_strict,
        row_number() over (
            partition by worded.figure_id, worded.organisation_id
            order by length(qualifier_words.qualifier_word) desc, qualifier_words.qualifier_word
        ) as preference
    from worded
    inner join qualifier_words
        on
            ' ' || worded.words_before || worded.words_after || ' '
            like '% ' || qualifier_words.qualifier_word || ' %'
    where worded.measure_code = 'unclassified' and worded.printed <> ''

)

select
    figure_id,
    document_id,
    organisation_id,
    threshold_pct,
    bound_side,
    is_strict,
    sentence_number,
    char_start,
    opens_list
from read
where preference = 1

union all

select
    figure_id,
    document_id,
    organisation_id,
    {{ exact('100') }} as threshold_pct,
    'lower' as bound_side,
    false as is_strict,
    sentence_number,
    char_start,
    opens_list
from worded
where measure_code = 'organisations_meeting_target'
