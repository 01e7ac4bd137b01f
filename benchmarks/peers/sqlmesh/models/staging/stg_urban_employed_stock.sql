MODEL (name hrss.stg_urban_employed_stock, kind FULL);

select
    file.region_code,
    employed_persons::double as employed,
    dump.weight,
    dump.unit,
    dump.period_end
from read_csv(
    @VAR('inbox') || '/*/urban_employed_stock/*.csv', header = true, delim = ',', quote = '"', all_varchar = true, filename = true
) as file
inner join hrss.dump as dump on parse_filename(file.filename, true) = dump.dump
