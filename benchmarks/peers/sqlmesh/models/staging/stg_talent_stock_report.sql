MODEL (name hrss.stg_talent_stock_report, kind FULL);

select
    file.region_code,
    professional_senior::double as senior,
    professional_intermediate::double as intermediate,
    professional_junior::double as junior,
    high_skilled_total::double as high_skilled,
    dump.weight,
    dump.unit,
    dump.period_end
from read_csv(
    @VAR('inbox') || '/*/talent_stock_report/*.csv', header = true, delim = ',', quote = '"', all_varchar = true, filename = true
) as file
inner join hrss.dump as dump on parse_filename(file.filename, true) = dump.dump
