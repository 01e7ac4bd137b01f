MODEL (name hrss.stg_fund_entrustment, kind FULL);

select
    entrustment_no as key,
    file.region_code,
    moved_on::date as day,
    amount_wan::double * if(movement = '1', 1, -1) as amount_wan,
    dump.weight,
    dump.unit,
    dump.period_end,
    row_number() over (partition by entrustment_no order by dump.period_end desc, dump.unit) = 1 as is_newest
from read_csv(
    @VAR('inbox') || '/*/fund_entrustment/*.csv', header = true, delim = ',', quote = '"', all_varchar = true, filename = true
) as file
inner join hrss.dump as dump on parse_filename(file.filename, true) = dump.dump
