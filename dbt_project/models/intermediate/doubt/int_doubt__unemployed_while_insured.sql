-- Insured as an employee: normally, not as a pensioner, in a scheme that employees are in.
with
    record as (select * from {{ ref("stg_employment__unemployment_registration") }}),

    insured as (

        select person_id, min(period_end) as insured_on
        from {{ ref("int_insurance_current") }}
        where
            enrolment_status = '1'
            and insurance_type in ('110', '120', '210', '410')
            and not coalesce(is_retired, false)
            and person_id in (select person_id from record)
        group by person_id

    )

select {{ doubtful("unemployment_registration", "record") }}
from record
inner join insured on record.person_id = insured.person_id
where
    record.registered_on <= insured.insured_on
    and (record.cancelled_on is null or record.cancelled_on > insured.insured_on)
