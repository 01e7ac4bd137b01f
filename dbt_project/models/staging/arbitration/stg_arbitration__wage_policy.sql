{# Written by `make generate` from raw_landing/contracts and the seeds; changes here are lost. #}
with landed as ({{ landed_rows("wage_policy") }}), regions as (select * from {{ ref("regions") }})

select
    {{ landing_columns("landed") }},
    landed.region_code,
    landed.kind,
    landed.in_force_from,
    landed.value,
    {{ region_unit("regions") }} as region_unit,
    {{ weight("landed") }} as weight
from landed
left join regions on landed.region_code = regions.region_code
