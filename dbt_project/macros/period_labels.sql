{#- A period as people write it, from the columns of dim_periods: "6 tháng đầu năm 2024", "first half of 2024". One whose
    days are not those of its type is written with its two days; one without days keeps the words of its source. -#}
{% macro period_label(language) -%}
    {%- set words = {
        'vi': {
            'to': 'đến ', 'since': 'từ ', 'since_year': 'từ năm ', 'since_until': ' đến ', 'year_to': 'từ đầu năm đến ',
            'year_so_far': 'từ đầu năm ', 'years': 'giai đoạn ', 'term': 'nhiệm kỳ ', 'none': 'không rõ thời kỳ',
        },
        'en': {
            'to': 'to ', 'since': 'since ', 'since_year': 'since ', 'since_until': ', to ', 'year_to': 'year to ',
            'year_so_far': 'since the start of ', 'years': '', 'term': 'term ', 'none': 'period not stated',
        },
    }[language] -%}
    {%- set roman = ['I', 'II', 'III', 'IV'] -%}
    {%- set months = [
        'January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'
    ] -%}
    {%- set numbers = ['two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten', 'eleven'] -%}
    {%- set first_year = 'cast(start_year as ' ~ dbt.type_string() ~ ')' -%}
    {%- set both_years = first_year ~ " || '–' || cast(end_year as " ~ dbt.type_string() ~ ')' -%}
    case
        when period_type_code = 'since' and {{ begins_a_year('starts_on') }}
            then
                '{{ words.since_year }}' || {{ first_year }}
                || case
                    when ends_on is not null then '{{ words.since_until }}' || {{ format_day('ends_on', language) }}
                    else ''
                end
        when period_type_code = 'since' and starts_on is not null
            then
                '{{ words.since }}' || {{ format_day('starts_on', language) }}
                || case
                    when ends_on is not null then '{{ words.since_until }}' || {{ format_day('ends_on', language) }}
                    else ''
                end
        when period_type_code = 'year_to_date' and {{ begins_a_year('starts_on') }} and ends_on is null
            then '{{ words.year_so_far }}' || {{ first_year }}
        when starts_on is not null and ends_on is null then '{{ words.since }}' || {{ format_day('starts_on', language) }}
        when starts_on is null and ends_on is not null then '{{ words.to }}' || {{ format_day('ends_on', language) }}
        when starts_on is null then coalesce(period_text, '{{ words.none }}')
        when starts_on = ends_on then {{ format_day('starts_on', language) }}
        when period_type_code = 'year_to_date' and {{ begins_a_year('starts_on') }} and start_year = end_year
            then '{{ words.year_to }}' || {{ format_day('ends_on', language) }}
        when is_calendar and period_type_code = 'month'
            then
            {%- if language == 'vi' %}
                'tháng ' || cast(start_month as {{ dbt.type_string() }}) || '/' || {{ first_year }}
            {%- else %}
                case start_month
                {%- for month in months %}
                    when {{ loop.index }} then '{{ month }} '
                {%- endfor %}
                end || {{ first_year }}
            {%- endif %}
        when is_calendar and period_type_code = 'quarter'
            then
            {%- if language == 'vi' %}
                case start_month
                {%- for number in roman %}
                    when {{ 3 * loop.index - 2 }} then 'quý {{ number }}/'
                {%- endfor %}
                end || {{ first_year }}
            {%- else %}
                case start_month
                {%- for number in roman %}
                    when {{ 3 * loop.index - 2 }} then 'Q{{ loop.index }} '
                {%- endfor %}
                end || {{ first_year }}
            {%- endif %}
        when is_calendar and period_type_code = 'half_year'
            then
            {%- if language == 'vi' %}
                case start_month when 1 then '6 tháng đầu năm ' else '6 tháng cuối năm ' end || {{ first_year }}
            {%- else %}
                case start_month when 1 then 'first half of ' else 'second half of ' end || {{ first_year }}
            {%- endif %}
        when is_calendar and period_type_code = 'months_to_date'
            then
            {%- if language == 'vi' %}
                case when month_count = 1 then '' else cast(month_count as {{ dbt.type_string() }}) || ' ' end
                || 'tháng đầu năm ' || {{ first_year }}
            {%- else %}
                case month_count
                    when 1 then 'first month of '
                {%- for number in numbers %}
                    when {{ loop.index + 1 }} then 'first {{ number }} months of '
                {%- endfor %}
                end || {{ first_year }}
            {%- endif %}
        when is_calendar and period_type_code = 'year' then {{ first_year }}
        when is_calendar and period_type_code = 'multi_year' then '{{ words.years }}' || {{ both_years }}
        when is_calendar and period_type_code = 'term' then '{{ words.term }}' || {{ both_years }}
        else {{ format_day('starts_on', language) }} || ' – ' || {{ format_day('ends_on', language) }}
    end
{%- endmacro %}
