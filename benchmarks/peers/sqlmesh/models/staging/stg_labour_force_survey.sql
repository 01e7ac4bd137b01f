MODEL (name hrss.stg_labour_force_survey, kind FULL);

select
    file.region_code,
    employed_weighted::double as employed,
    unemployed_weighted::double as unemployed,
    dump.weight,
    dump.unit,
    dump.period_end
from read_csv(
    @VAR('inbox') || '/*/labour_force_survey/*.csv', header = true, delim = ',', quote = '"', all_varchar = true, filename = true
) as file
inner join hrss.dump as dump on parse_filename(file.filename, true) = dump.dump
