{{ fact_table('admissions', 'admissions') }}
