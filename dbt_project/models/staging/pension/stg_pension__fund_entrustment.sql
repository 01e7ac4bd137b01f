{# Written by `make generate` from raw_landing/contracts and the seeds; changes here are lost. #}
with
    landed as ({{ landed_rows("fund_entrustment", key=["entrustment_no"], load="events") }}),

    regions as (select * from {{ ref("regions") }})

select
    {{ landing_columns("landed") }},
    landed.entrustment_no,
    landed.region_code,
    landed.movement,
    landed.amount_wan,
    landed.moved_on,
    {{ region_unit("regions") }} as region_unit,
    {{ weight("landed") }} as weight
from landed
left join regions on landed.region_code = regions.region_code
