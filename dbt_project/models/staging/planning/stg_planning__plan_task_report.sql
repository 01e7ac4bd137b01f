with landed as (select * from {{ source("landed", "plan_task_report") }})

select
    {{ landing_columns("landed") }},
    landed.task_id,
    landed.done_value,
    landed.note,
    1 / landed.sampling_fraction as weight
from landed
