MODEL (name hrss.stg_postdoc_intake, kind FULL);

select
    postdoc_no as key,
    file.region_code,
    entered_on::date as day,
    dump.weight,
    dump.unit,
    dump.period_end,
    row_number() over (partition by postdoc_no order by dump.period_end desc, dump.unit) = 1 as is_newest
from read_csv(
    @VAR('inbox') || '/*/postdoc_intake/*.csv', header = true, delim = ',', quote = '"', all_varchar = true, filename = true
) as file
inner join hrss.dump as dump on parse_filename(file.filename, true) = dump.dump
