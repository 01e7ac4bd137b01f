{# Written by `make generate` from raw_landing/contracts and the seeds; changes here are lost. #}
with
    landed as ({{ landed_rows("key_group_ledger", key=["ledger_no"], load="upsert") }}),

    regions as (select * from {{ ref("regions") }})

select
    {{ landing_columns("landed") }},
    landed.ledger_no,
    landed.id_number,
    landed.person_name,
    landed.region_code,
    landed.key_group,
    landed.household_no,
    landed.entered_on,
    landed.service,
    landed.served_on,
    landed.left_on,
    {{ person_id("landed.id_number") }} as person_id,
    {{ region_unit("regions") }} as region_unit,
    {{ weight("landed") }} as weight
from landed
left join regions on landed.region_code = regions.region_code
