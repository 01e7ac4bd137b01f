select
    file.region_code,
    employed_persons::double as employed,
    dump.weight,
    dump.unit,
    dump.period_end
from {{ source('landing', 'urban_employed_stock') }} as file
inner join {{ ref('dump') }} as dump on file.dump = dump.dump
