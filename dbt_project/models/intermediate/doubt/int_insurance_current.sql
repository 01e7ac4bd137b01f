{{ config(materialized="view_if_changed") }}

-- Who is insured now: the rows of each unit's newest snapshot of a month begun by the as-of date. Older snapshots are
-- history, which nobody can mend. A view: a table would hold everybody who is insured once more. No common table
-- of it reads everybody twice: DuckDB forgets of a view's that they are to be read anew, and would put everybody down.
with
    run as (select * from {{ source("landed", "run") }}),

    newest as (

        select
            coalesce(enrolment.region_unit, enrolment.region_code) as unit_code, max(enrolment.period_end) as period_end
        from {{ ref("stg_pension__insurance_enrolment") }} as enrolment
        cross join run
        where enrolment.period_start <= run.as_of
        group by coalesce(enrolment.region_unit, enrolment.region_code)

    )

select enrolment.*
from {{ ref("stg_pension__insurance_enrolment") }} as enrolment
inner join
    newest
    on coalesce(enrolment.region_unit, enrolment.region_code) = newest.unit_code
    and enrolment.period_end = newest.period_end
cross join run
where enrolment.period_start <= run.as_of
