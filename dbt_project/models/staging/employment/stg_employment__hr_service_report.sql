{# Written by `make generate` from raw_landing/contracts and the seeds; changes here are lost. #}
with landed as ({{ landed_rows("hr_service_report") }}), regions as (select * from {{ ref("regions") }})

select
    {{ landing_columns("landed") }},
    landed.region_code,
    landed.firms,
    landed.staff,
    landed.turnover_wan,
    landed.persons_placed,
    {{ region_unit("regions") }} as region_unit,
    {{ weight("landed") }} as weight
from landed
left join regions on landed.region_code = regions.region_code
