select
    file.region_code,
    id_number as person,
    file.insurance_type,
    file.enrolment_status,
    dump.weight,
    dump.unit,
    dump.period_end
from {{ source('landing', 'insurance_enrolment') }} as file
inner join {{ ref('dump') }} as dump on file.dump = dump.dump
