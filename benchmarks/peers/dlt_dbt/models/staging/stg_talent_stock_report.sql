select
    file.region_code,
    professional_senior::double as senior,
    professional_intermediate::double as intermediate,
    professional_junior::double as junior,
    high_skilled_total::double as high_skilled,
    dump.weight,
    dump.unit,
    dump.period_end
from {{ source('landing', 'talent_stock_report') }} as file
inner join {{ ref('dump') }} as dump on file.dump = dump.dump
