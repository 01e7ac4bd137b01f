-- All but a person's first registration of the year that counts as new urban employment.
with
    record as (

        select
            *,
            row_number() over (
                partition by person_id, extract(year from registered_on) order by registered_on, registration_no
            ) as first_first
        from {{ ref("stg_employment__employment_registration") }}
        where is_urban_new

    )

select {{ doubtful("employment_registration", "record") }}
from record
where record.first_first > 1
