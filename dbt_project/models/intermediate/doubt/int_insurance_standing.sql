{{ config(materialized="view") }}

-- Who is insured now: the rows of each unit's newest snapshot of a month begun by the as-of date. Older snapshots are
-- history, which nobody can mend. A view: a table would hold everybody who is insured once more.
with
    run as (select * from {{ source("landed", "run") }}),

    enrolment as {{ read_anew() }} (

        select enrolment.*
        from {{ ref("stg_pension__insurance_enrolment") }} as enrolment
        cross join run
        where enrolment.period_start <= run.as_of

    ),

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
