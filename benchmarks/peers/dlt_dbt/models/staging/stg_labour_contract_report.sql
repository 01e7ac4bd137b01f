select
    file.region_code,
    employees_required::double as required,
    employees_signed::double as signed,
    dump.weight,
    dump.unit,
    dump.period_end
from {{ source('landing', 'labour_contract_report') }} as file
inner join {{ ref('dump') }} as dump on file.dump = dump.dump
