-- Cells of skill certificates issued in the quarter.
{% set dimensions = subjects()["certificates"].dimensions %}

with
    quarter as ({{ subject_quarters("certificates") }}),

    tally as (

        select
            issued.region_code,
            quarter.period_end,
            {{ dimension_code("issued.certificate_kind") }} as certificate_kind,
            {{ dimension_code("issued.skill_level") }} as skill_level,
            {{ sex_of("issued.person_id") }} as sex,
            {{ age_band("issued.person_id", "quarter.period_end") }} as age_band,
            issued.weight,
            count(*) as counted
        from {{ ref("stg_talent__skill_certificate") }} as issued
        inner join quarter on issued.issued_on between quarter.period_start and quarter.counted_through
        group by all

    ),

    cell as ({{ subject_counts("tally", dimensions) }})

select *
from cell
