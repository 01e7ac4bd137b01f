select
    file.region_code,
    employed_weighted::double as employed,
    unemployed_weighted::double as unemployed,
    dump.weight,
    dump.unit,
    dump.period_end
from {{ source('landing', 'labour_force_survey') }} as file
inner join {{ ref('dump') }} as dump on file.dump = dump.dump
