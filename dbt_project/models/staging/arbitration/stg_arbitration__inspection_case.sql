{# Written by `make generate` from raw_landing/contracts and the seeds; changes here are lost. #}
with
    landed as ({{ landed_rows("inspection_case", key=["case_no"], load="upsert") }}),

    regions as (select * from {{ ref("regions") }})

select
    {{ landing_columns("landed") }},
    landed.case_no,
    landed.region_code,
    landed.channel,
    landed.employer_uscc,
    landed.violation_kind,
    landed.received_on,
    landed.accepted_on,
    landed.closed_on,
    landed.workers_involved,
    landed.wages_owed,
    landed.wages_recovered,
    {{ region_unit("regions") }} as region_unit,
    {{ weight("landed") }} as weight
from landed
left join regions on landed.region_code = regions.region_code
