select
    file.region_code,
    statutory_pension_population::double as pensionable,
    registered_population::double as registered,
    dump.weight,
    dump.unit,
    dump.period_end
from {{ source('landing', 'population_denominator') }} as file
inner join {{ ref('dump') }} as dump on file.dump = dump.dump
