{{ fact_table('members', 'member_count') }}
