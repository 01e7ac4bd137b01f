{# Written by `make generate` from raw_landing/contracts and the seeds; changes here are lost. #}
with
    landed as ({{ landed_rows("pension_ledger", key=["ledger_no"], load="events") }}),

    regions as (select * from {{ ref("regions") }})

select
    {{ landing_columns("landed") }},
    landed.ledger_no,
    landed.id_number,
    landed.region_code,
    landed.insurance_type,
    landed.contribution_month,
    landed.credited_month,
    landed.contribution_base,
    landed.personal_part,
    landed.employer_part,
    landed.employer_uscc,
    {{ person_id("landed.id_number") }} as person_id,
    {{ region_unit("regions") }} as region_unit,
    {{ weight("landed") }} as weight
from landed
left join regions on landed.region_code = regions.region_code
