-- Who is insured now: the rows of each unit's newest snapshot. Older snapshots are history, which nobody can mend.
with
    enrolment as (select * from {{ ref("stg_pension__insurance_enrolment") }}),

    newest as (

        select coalesce(region_unit, region_code) as unit_code, max(period_end) as period_end
        from enrolment
        group by coalesce(region_unit, region_code)

    )

select enrolment.*
from enrolment
inner join
    newest
    on coalesce(enrolment.region_unit, enrolment.region_code) = newest.unit_code
    and enrolment.period_end = newest.period_end
