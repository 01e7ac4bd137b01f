{# Written by `make generate` from raw_landing/contracts and the seeds; changes here are lost. #}
with
    landed as ({{ landed_rows("unemployment_registration", key=["registration_no"], load="upsert") }}),

    regions as (select * from {{ ref("regions") }})

select
    {{ landing_columns("landed") }},
    landed.registration_no,
    landed.id_number,
    landed.person_name,
    landed.region_code,
    landed.is_hard_to_employ,
    landed.unemployed_on,
    landed.registered_on,
    landed.cancelled_on,
    landed.cancel_reason,
    {{ person_id("landed.id_number") }} as person_id,
    {{ region_unit("regions") }} as region_unit,
    {{ weight("landed") }} as weight
from landed
left join regions on landed.region_code = regions.region_code
