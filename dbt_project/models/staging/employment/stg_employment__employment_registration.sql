{# Written by `make generate` from raw_landing/contracts and the seeds; changes here are lost. #}
with
    landed as ({{ landed_rows("employment_registration", key=["registration_no"], load="events") }}),

    regions as (select * from {{ ref("regions") }})

select
    {{ landing_columns("landed") }},
    landed.registration_no,
    landed.id_number,
    landed.person_name,
    landed.sex,
    landed.birth_date,
    landed.household_type,
    landed.region_code,
    landed.employer_uscc,
    landed.employer_name,
    landed.industry_code,
    landed.employment_form,
    landed.new_employment_kind,
    landed.is_urban_new,
    landed.registered_on,
    {{ person_id("landed.id_number") }} as person_id,
    {{ region_unit("regions") }} as region_unit,
    {{ weight("landed") }} as weight
from landed
left join regions on landed.region_code = regions.region_code
