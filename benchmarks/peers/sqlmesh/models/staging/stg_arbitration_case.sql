MODEL (name hrss.stg_arbitration_case, kind FULL);

select
    case_no as key,
    file.region_code,
    accepted_on::date as opened,
    closed_on::date as closed,
    dump.weight,
    dump.unit,
    dump.period_end,
    row_number() over (partition by case_no order by dump.period_end desc, dump.unit) = 1 as is_newest
from read_csv(
    @VAR('inbox') || '/*/arbitration_case/*.csv', header = true, delim = ',', quote = '"', all_varchar = true, filename = true
) as file
inner join hrss.dump as dump on parse_filename(file.filename, true) = dump.dump
