MODEL (name hrss.stg_skill_certificate, kind FULL);

select
    certificate_no as key,
    file.region_code,
    issued_on::date as day,
    file.skill_level,
    dump.weight,
    dump.unit,
    dump.period_end,
    row_number() over (partition by certificate_no order by dump.period_end desc, dump.unit) = 1 as is_newest
from read_csv(
    @VAR('inbox') || '/*/skill_certificate/*.csv', header = true, delim = ',', quote = '"', all_varchar = true, filename = true
) as file
inner join hrss.dump as dump on parse_filename(file.filename, true) = dump.dump
