{# Written by `make generate` from raw_landing/contracts and the seeds; changes here are lost. #}
with landed as ({{ landed_rows("insurance_enrolment") }}), regions as (select * from {{ ref("regions") }})

select
    {{ landing_columns("landed") }},
    landed.person_no,
    landed.id_number,
    landed.person_name,
    landed.region_code,
    landed.insurance_type,
    landed.enrolment_status,
    landed.is_retired,
    landed.first_enrolled_month,
    landed.employer_uscc,
    {{ person_id("landed.id_number") }} as person_id,
    {{ region_unit("regions") }} as region_unit,
    {{ weight("landed") }} as weight
from landed
left join regions on landed.region_code = regions.region_code
