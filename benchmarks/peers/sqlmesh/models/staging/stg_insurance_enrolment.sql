MODEL (name hrss.stg_insurance_enrolment, kind FULL);

select
    file.region_code,
    id_number as person,
    file.insurance_type,
    file.enrolment_status,
    dump.weight,
    dump.unit,
    dump.period_end
from read_csv(
    @VAR('inbox') || '/*/insurance_enrolment/*.csv', header = true, delim = ',', quote = '"', all_varchar = true, filename = true
) as file
inner join hrss.dump as dump on parse_filename(file.filename, true) = dump.dump
