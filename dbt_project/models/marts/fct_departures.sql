{{ fact_table('departures', 'departures') }}
