select
    entrustment_no as key,
    file.region_code,
    moved_on::date as day,
    amount_wan::double * if(movement = '1', 1, -1) as amount_wan,
    dump.weight,
    dump.unit,
    dump.period_end,
    row_number() over (partition by entrustment_no order by dump.period_end desc, dump.unit) = 1 as is_newest
from {{ source('landing', 'fund_entrustment') }} as file
inner join {{ ref('dump') }} as dump on file.dump = dump.dump
