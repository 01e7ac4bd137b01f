{# Written by `make generate` from raw_landing/contracts and the seeds; changes here are lost. #}
with landed as ({{ landed_rows("service_rating") }}), regions as (select * from {{ ref("regions") }})

select
    {{ landing_columns("landed") }},
    landed.region_code,
    landed.handled,
    landed.very_satisfied,
    landed.satisfied,
    landed.mostly_satisfied,
    landed.unsatisfied,
    landed.very_unsatisfied,
    landed.complaints_due,
    landed.complaints_in_time,
    {{ region_unit("regions") }} as region_unit,
    {{ weight("landed") }} as weight
from landed
left join regions on landed.region_code = regions.region_code
