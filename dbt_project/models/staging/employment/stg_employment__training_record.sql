{# Written by `make generate` from raw_landing/contracts and the seeds; changes here are lost. #}
with
    landed as ({{ landed_rows("training_record", key=["training_no"], load="events") }}),

    regions as (select * from {{ ref("regions") }})

select
    {{ landing_columns("landed") }},
    landed.training_no,
    landed.id_number,
    landed.region_code,
    landed.trainee_category,
    landed.programme,
    landed.started_on,
    landed.completed_on,
    landed.subsidy_amount,
    landed.fund_source,
    {{ person_id("landed.id_number") }} as person_id,
    {{ region_unit("regions") }} as region_unit,
    {{ weight("landed") }} as weight
from landed
left join regions on landed.region_code = regions.region_code
