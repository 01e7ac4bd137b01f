select
    card_no as key,
    file.region_code,
    id_number as person,
    file.generation,
    issued_on::date as opened,
    cancelled_on::date as closed,
    e_card_claimed_on::date as claimed,
    dump.weight,
    dump.unit,
    dump.period_end,
    row_number() over (partition by card_no order by dump.period_end desc, dump.unit) = 1 as is_newest
from {{ source('landing', 'social_card') }} as file
inner join {{ ref('dump') }} as dump on file.dump = dump.dump
