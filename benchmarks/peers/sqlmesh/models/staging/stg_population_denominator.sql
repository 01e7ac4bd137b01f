MODEL (name hrss.stg_population_denominator, kind FULL);

select
    file.region_code,
    statutory_pension_population::double as pensionable,
    registered_population::double as registered,
    dump.weight,
    dump.unit,
    dump.period_end
from read_csv(
    @VAR('inbox') || '/*/population_denominator/*.csv', header = true, delim = ',', quote = '"', all_varchar = true, filename = true
) as file
inner join hrss.dump as dump on parse_filename(file.filename, true) = dump.dump
