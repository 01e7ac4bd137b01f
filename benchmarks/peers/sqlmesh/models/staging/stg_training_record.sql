MODEL (name hrss.stg_training_record, kind FULL);

select
    training_no as key,
    file.region_code,
    completed_on::date as day,
    file.trainee_category,
    subsidy_amount::double as subsidy,
    dump.weight,
    dump.unit,
    dump.period_end,
    row_number() over (partition by training_no order by dump.period_end desc, dump.unit) = 1 as is_newest
from read_csv(
    @VAR('inbox') || '/*/training_record/*.csv', header = true, delim = ',', quote = '"', all_varchar = true, filename = true
) as file
inner join hrss.dump as dump on parse_filename(file.filename, true) = dump.dump
