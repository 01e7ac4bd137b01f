{# Written by `make generate` from raw_landing/contracts and the seeds; changes here are lost. #}
with
    landed as ({{ landed_rows("mediation_case", key=["case_no"], load="upsert") }}),

    regions as (select * from {{ ref("regions") }})

select
    {{ landing_columns("landed") }},
    landed.case_no,
    landed.region_code,
    landed.organisation_kind,
    landed.dispute_kind,
    landed.claimant_count,
    landed.accepted_on,
    landed.closed_on,
    landed.outcome,
    {{ region_unit("regions") }} as region_unit,
    {{ weight("landed") }} as weight
from landed
left join regions on landed.region_code = regions.region_code
