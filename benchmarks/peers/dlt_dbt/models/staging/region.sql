-- The province, its units and counties.
select region_code, level, parent_code from read_csv('{{ var("regions") }}', all_varchar = true) where level in ('province', 'prefecture', 'county')
