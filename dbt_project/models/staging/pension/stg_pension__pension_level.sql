{# Written by `make generate` from raw_landing/contracts and the seeds; changes here are lost. #}
with landed as ({{ landed_rows("pension_level") }}), regions as (select * from {{ ref("regions") }})

select
    {{ landing_columns("landed") }},
    landed.region_code,
    landed.employee_pension_average,
    landed.employee_pension_adjustment,
    landed.resident_base_pension,
    landed.resident_base_adjustment,
    {{ region_unit("regions") }} as region_unit,
    {{ weight("landed") }} as weight
from landed
left join regions on landed.region_code = regions.region_code
