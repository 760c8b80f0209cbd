with months as (
    select cast({{ dbt.dateadd('month', 'numbers.n', "cast('1990-01-01' as date)") }} as date) as starts_on
    from (select a.d*100+b.d*10+c.d as n from
      (values (0),(1),(2),(3),(4),(5)) as a(d), (values (0),(1),(2),(3),(4),(5),(6),(7),(8),(9)) as b(d), (values (0),(1),(2),(3),(4),(5),(6),(7),(8),(9)) as c(d)) as numbers
    where n < 552
),
u as (
 select 'month' as period_type_code, starts_on, cast(starts_on + interval 1 month - interval 1 day as date) as ends_on from months
 union all select 'quarter', starts_on, cast(starts_on + interval 3 month - interval 1 day as date) from months where extract(month from starts_on) in (1,4,7,10)
 union all select 'half_year', starts_on, cast(starts_on + interval 6 month - interval 1 day as date) from months where extract(month from starts_on) in (1,7)
 union all select 'year', starts_on, cast(starts_on + interval 12 month - interval 1 day as date) from months where extract(month from starts_on) in (1)
)
select {{ surrogate_key(["period_type_code", "starts_on", "ends_on"]) }} as period_id, *,
 cast(date_trunc('quarter', starts_on) as date) as quarter_starts_on,
 case when extract(month from starts_on) < 7 then cast(date_trunc('year', starts_on) as date) else cast(date_trunc('year', starts_on) + interval 6 month as date) end as half_year_starts_on,
 cast(date_trunc('year', starts_on) as date) as year_starts_on
from u
