select
    training_no as key,
    file.region_code,
    completed_on::date as day,
    file.trainee_category,
    subsidy_amount::double as subsidy,
    dump.weight,
    dump.unit,
    dump.period_end,
    row_number() over (partition by training_no order by dump.period_end desc, dump.unit) = 1 as is_newest
from {{ source('landing', 'training_record') }} as file
inner join {{ ref('dump') }} as dump on file.dump = dump.dump
