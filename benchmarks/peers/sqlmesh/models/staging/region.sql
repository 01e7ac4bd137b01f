MODEL (name hrss.region, kind FULL, description 'The province, its units and counties.');

select region_code, level, parent_code from read_csv(@VAR('regions'), header = true, all_varchar = true) where level in ('province', 'prefecture', 'county')
