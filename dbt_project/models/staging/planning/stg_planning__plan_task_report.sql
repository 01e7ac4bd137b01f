{# Written by `make generate` from raw_landing/contracts and the seeds; changes here are lost. #}
with landed as ({{ landed_rows("plan_task_report") }})

select
    {{ landing_columns("landed") }},
    landed.task_id,
    landed.done_value,
    landed.basis,
    landed.note,
    {{ weight("landed") }} as weight
from landed
