{# Written by `make generate` from raw_landing/contracts and the seeds; changes here are lost. #}
with
    landed as ({{ landed_rows("professional_qualification", key=["certificate_no"], load="events") }}),

    regions as (select * from {{ ref("regions") }})

select
    {{ landing_columns("landed") }},
    landed.certificate_no,
    landed.id_number,
    landed.region_code,
    landed.qualification_name,
    landed.qualification_grade,
    landed.issued_on,
    {{ person_id("landed.id_number") }} as person_id,
    {{ region_unit("regions") }} as region_unit,
    {{ weight("landed") }} as weight
from landed
left join regions on landed.region_code = regions.region_code
