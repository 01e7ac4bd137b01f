MODEL (name hrss.stg_labour_contract_report, kind FULL);

select
    file.region_code,
    employees_required::double as required,
    employees_signed::double as signed,
    dump.weight,
    dump.unit,
    dump.period_end
from read_csv(
    @VAR('inbox') || '/*/labour_contract_report/*.csv', header = true, delim = ',', quote = '"', all_varchar = true, filename = true
) as file
inner join hrss.dump as dump on parse_filename(file.filename, true) = dump.dump
