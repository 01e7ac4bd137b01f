{# Written by `make generate` from raw_landing/contracts and the seeds; changes here are lost. #}
with landed as ({{ landed_rows("job_monitoring") }}), regions as (select * from {{ ref("regions") }})

select
    {{ landing_columns("landed") }},
    landed.enterprise_uscc,
    landed.region_code,
    landed.industry_code,
    landed.jobs_at_baseline,
    landed.jobs_end,
    landed.hires,
    landed.separations,
    landed.reduction_kind,
    landed.main_reason,
    {{ region_unit("regions") }} as region_unit,
    {{ weight("landed") }} as weight
from landed
left join regions on landed.region_code = regions.region_code
