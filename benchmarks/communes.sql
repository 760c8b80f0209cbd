-- Versions of communes with their names as reports print them. Parameters: `units`, the seed of administrative units;
-- `count`, how many communes at most.
create table communes as
with units as (

    select
        unit_code,
        unit_name,
        unit_type || ' ' || unit_name as full_name,
        level,
        parent_code,
        cast(valid_from as date) as valid_from,
        coalesce(cast(valid_to as date), date '9999-12-31') as valid_to
    from read_csv($units, all_varchar = true)

),

-- what is above a commune may change while the commune does not
placed as (

    select
        communes.unit_code,
        provinces.unit_code as province_code,
        provinces.unit_name as province_name,
        'Đảng bộ ' || communes.full_name as organisation_name,
        'Đảng bộ ' || districts.full_name as parent_organisation_name,
        greatest(communes.valid_from, districts.valid_from, provinces.valid_from) as valid_from,
        least(communes.valid_to, districts.valid_to, provinces.valid_to) as valid_to,
        -- from provinces where hardly anyone is of an ethnic minority, or religious, to those where nearly everyone is
        cast(provinces.unit_code as integer) * 37 % 16 * 55 + 5 as minority_permille,
        cast(provinces.unit_code as integer) * 53 % 11 * 25 + 5 as religious_permille
    from units as communes
    inner join units as districts
        on communes.parent_code = districts.unit_code and districts.level = 'district'
    inner join units as provinces
        on districts.parent_code = provinces.unit_code and provinces.level = 'province'
    where communes.level = 'commune'

)

select *
from placed
where valid_from < valid_to
qualify dense_rank() over (order by unit_code) <= $count
