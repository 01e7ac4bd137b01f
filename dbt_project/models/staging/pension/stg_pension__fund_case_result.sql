{# Written by `make generate` from raw_landing/contracts and the seeds; changes here are lost. #}
with
    landed as ({{ landed_rows("fund_case_result", key=["case_id"], load="upsert") }}),

    regions as (select * from {{ ref("regions") }})

select
    {{ landing_columns("landed") }},
    landed.case_id,
    landed.region_code,
    landed.state,
    landed.handled_by,
    landed.assigned_on,
    landed.closed_on,
    landed.recovered_on,
    landed.recovered_amount,
    {{ region_unit("regions") }} as region_unit,
    {{ weight("landed") }} as weight
from landed
left join regions on landed.region_code = regions.region_code
