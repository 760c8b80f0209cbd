-- The observations of one batch: the lines of form 2 of every commune in the batch's files, counted from persons drawn one
-- by one, so that parts add up and "of which" lines overlap as real ones do. Reads `batch_files`, `communes` and `lines`;
-- the variables `seed`, `batch_id` and `recorded_at`. The same seed draws the same persons whatever the number of months.
with reports as (

    select
        files.*,
        communes.* exclude (province_code, valid_from, valid_to),
        row_number() over (partition by files.file_path order by communes.unit_code) - 1 as commune_number,
        hash(getvariable('seed'), communes.unit_code, files.starts_on) as draw,
        -- a third of the communes changes a line when its file is restated
        files.version_number > 1 and hash(getvariable('seed'), communes.unit_code, files.starts_on, 'restated') % 3 = 0
            as is_restated
    from batch_files as files
    inner join communes
        on
            files.province_code = communes.province_code
            and files.ends_on >= communes.valid_from
            and files.ends_on < communes.valid_to

),

counted_reports as (

    select
        *,
        case
            when draw % 1000 < 380 then 0
            when draw % 1000 < 650 then 1
            when draw % 1000 < 820 then 2
            when draw % 1000 < 910 then 3
            when draw % 1000 < 960 then 4
            when draw % 1000 < 985 then 5
            when draw % 1000 < 997 then 7
            else 12
        end + case when is_restated then 1 else 0 end as admitted
    from reports

),

persons as (

    select
        file_path,
        unit_code,
        minority_permille,
        religious_permille,
        hash(draw, person_number) as draw
    from (select *, unnest(range(admitted)) as person_number from counted_reports)

),

drawn as (

    select
        file_path,
        unit_code,
        hash(draw, 'sex') % 1000 < 420 as is_woman,
        hash(draw, 'ethnicity') % 1000 < minority_permille as is_ethnic_minority,
        hash(draw, 'religion') % 1000 < religious_permille as is_religious,
        hash(draw, 'again') % 1000 < 4 as is_readmitted,
        hash(draw, 'foreign') % 1000 < 2 as has_foreign_spouse,
        hash(draw, 'age') % 1000 as age,
        hash(draw, 'union') % 1000 < 900 as is_active,
        hash(draw, 'school') % 1000 as school,
        hash(draw, 'profession') % 1000 as profession,
        hash(draw, 'occupation') % 1000 as occupation
    from persons

),

memberships as (

    select
        file_path,
        unit_code,
        unnest([
            'all',
            case when is_woman then 'women' end,
            case when is_ethnic_minority then 'ethnic_minority' end,
            case when is_religious then 'religious' end,
            case when is_readmitted then 'readmitted' end,
            case when has_foreign_spouse then 'foreign_spouse' end,
            case when age < 640 and is_active then 'youth_union_member' end,
            case
                when age < 640 then 'age_18_30'
                when age < 880 then 'age_31_40'
                when age < 970 then 'age_41_50'
                else 'age_51_or_over'
            end,
            case
                when school < 5 then 'literate'
                when school < 20 then 'primary'
                when school < 140 then 'lower_secondary'
                else 'upper_secondary'
            end,
            case
                when profession < 60 then 'technical_worker'
                when profession < 190 then 'intermediate'
                when profession < 320 then 'college'
                when profession < 690 then 'university'
                when profession < 740 then 'master'
                when profession < 744 then 'doctorate'
                when profession < 745 then 'doctor_of_science'
            end,
            case
                when occupation < 120 then 'civil_servant'
                when occupation < 420 then 'public_service_staff'
                when occupation < 450 then 'business_staff'
                when occupation < 560 then 'worker'
                when occupation < 840 then 'farmer'
                when occupation < 900 then 'armed_forces'
                when occupation < 960 then 'student'
                when occupation < 970 then 'private_business_owner'
            end
        ]) as group_code
    from drawn

),

counts as (

    select
        file_path,
        unit_code,
        group_code,
        count(*) as admissions
    from memberships
    where group_code is not null
    group by file_path, unit_code, group_code

),

printed as (

    select
        reports.*,
        lines.group_code,
        -- the header is line 1
        reports.commune_number * (select count(*) from lines) + lines.line_number + 1 as line_number,
        coalesce(counts.admissions, 0) as admissions
    from counted_reports as reports
    cross join lines
    left join counts
        on
            reports.file_path = counts.file_path
            and reports.unit_code = counts.unit_code
            and lines.group_code = counts.group_code

)

select
    cast(getvariable('batch_id') as varchar) as batch_id,
    'commune_reports' as source_name,
    file_path,
    file_sha256,
    cast(getvariable('recorded_at') as timestamp) as recorded_at,
    md5(concat_ws(chr(31), file_sha256, line_number, group_code)) as observation_id,
    unit_code || '-' || strftime(starts_on, '%Y%m') || '-' || group_code as figure_id,
    cast(null as varchar) as publication_id,
    'line ' || line_number as locator,
    cast(null as bigint) as char_start,
    cast(null as bigint) as char_end,
    organisation_name,
    'commune' as organisation_level,
    'one' as organisation_scope,
    parent_organisation_name,
    province_name,
    cast(null as varchar) as form_code,
    'admissions' as measure_code,
    group_code,
    'level' as statement_code,
    'month' as period_type_code,
    starts_on,
    ends_on,
    period_text,
    cast(admissions as varchar) as printed,
    cast(1 as decimal(18, 6)) as printed_precision,
    cast(admissions as decimal(18, 6)) as value,
    cast(null as decimal(18, 6)) as value_high,
    'persons' as unit,
    'exact' as qualifier_code,
    cast(null as varchar) as base_measure_code,
    cast(null as varchar) as base_group_code,
    cast(null as decimal(18, 6)) as base_value,
    cast(null as varchar) as base_period_text,
    cast(null as date) as base_starts_on,
    cast(null as date) as base_ends_on,
    'reported' as value_status,
    cast(null as varchar) as duplicate_of_figure_id,
    reported_on,
    cast(null as varchar) as note
from printed
order by file_path, printed.line_number
