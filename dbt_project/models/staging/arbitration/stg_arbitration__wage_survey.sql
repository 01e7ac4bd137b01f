{# Written by `make generate` from raw_landing/contracts and the seeds; changes here are lost. #}
with landed as ({{ landed_rows("wage_survey") }}), regions as (select * from {{ ref("regions") }})

select
    {{ landing_columns("landed") }},
    landed.enterprise_uscc,
    landed.row_no,
    landed.region_code,
    landed.industry_code,
    landed.enterprise_size,
    landed.occupation_code,
    landed.post_grade,
    landed.education,
    landed.annual_pay,
    landed.survey_weight,
    {{ region_unit("regions") }} as region_unit,
    {{ weight("landed") }} as weight
from landed
left join regions on landed.region_code = regions.region_code
