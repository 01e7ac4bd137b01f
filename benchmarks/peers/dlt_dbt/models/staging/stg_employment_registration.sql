select
    registration_no as key,
    file.region_code,
    registered_on::date as day,
    is_urban_new = '1' as is_urban_new,
    dump.weight,
    dump.unit,
    dump.period_end,
    row_number() over (partition by registration_no order by dump.period_end desc, dump.unit) = 1 as is_newest
from {{ source('landing', 'employment_registration') }} as file
inner join {{ ref('dump') }} as dump on file.dump = dump.dump
