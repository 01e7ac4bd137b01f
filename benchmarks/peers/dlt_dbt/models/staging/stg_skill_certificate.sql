select
    certificate_no as key,
    file.region_code,
    issued_on::date as day,
    file.skill_level,
    dump.weight,
    dump.unit,
    dump.period_end,
    row_number() over (partition by certificate_no order by dump.period_end desc, dump.unit) = 1 as is_newest
from {{ source('landing', 'skill_certificate') }} as file
inner join {{ ref('dump') }} as dump on file.dump = dump.dump
