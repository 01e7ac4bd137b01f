select
    postdoc_no as key,
    file.region_code,
    entered_on::date as day,
    dump.weight,
    dump.unit,
    dump.period_end,
    row_number() over (partition by postdoc_no order by dump.period_end desc, dump.unit) = 1 as is_newest
from {{ source('landing', 'postdoc_intake') }} as file
inner join {{ ref('dump') }} as dump on file.dump = dump.dump
