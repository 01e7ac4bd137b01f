select
    case_no as key,
    file.region_code,
    accepted_on::date as opened,
    closed_on::date as closed,
    dump.weight,
    dump.unit,
    dump.period_end,
    row_number() over (partition by case_no order by dump.period_end desc, dump.unit) = 1 as is_newest
from {{ source('landing', 'inspection_case') }} as file
inner join {{ ref('dump') }} as dump on file.dump = dump.dump
