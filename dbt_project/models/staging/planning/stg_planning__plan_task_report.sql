with landed as ({{ landed_rows("plan_task_report") }})

select
    {{ landing_columns("landed") }},
    landed.task_id,
    landed.done_value,
    landed.note,
    1 / landed.sampling_fraction as weight
from landed
