select
    case_no as key,
    file.region_code,
    closed_on::date as day,
    file.outcome,
    dump.weight,
    dump.unit,
    dump.period_end,
    row_number() over (partition by case_no order by dump.period_end desc, dump.unit) = 1 as is_newest
from {{ source('landing', 'mediation_case') }} as file
inner join {{ ref('dump') }} as dump on file.dump = dump.dump
