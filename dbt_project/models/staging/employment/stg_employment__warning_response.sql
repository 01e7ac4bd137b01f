{# Written by `make generate` from raw_landing/contracts and the seeds; changes here are lost. #}
with
    landed as ({{ landed_rows("warning_response", key=["response_no"], load="upsert") }}),

    regions as (select * from {{ ref("regions") }})

select
    {{ landing_columns("landed") }},
    landed.response_no,
    landed.domain,
    landed.region_code,
    landed.warning_month,
    landed.opened_on,
    landed.owner_unit,
    landed.action,
    landed.closed_on,
    {{ region_unit("regions") }} as region_unit,
    {{ weight("landed") }} as weight
from landed
left join regions on landed.region_code = regions.region_code
