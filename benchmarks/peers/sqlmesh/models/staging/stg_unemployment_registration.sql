MODEL (name hrss.stg_unemployment_registration, kind FULL);

select
    registration_no as key,
    file.region_code,
    registered_on::date as opened,
    cancelled_on::date as closed,
    dump.weight,
    dump.unit,
    dump.period_end,
    row_number() over (partition by registration_no order by dump.period_end desc, dump.unit) = 1 as is_newest
from read_csv(
    @VAR('inbox') || '/*/unemployment_registration/*.csv', header = true, delim = ',', quote = '"', all_varchar = true, filename = true
) as file
inner join hrss.dump as dump on parse_filename(file.filename, true) = dump.dump
