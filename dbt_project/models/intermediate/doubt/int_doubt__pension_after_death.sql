with
    record as (select * from {{ ref("stg_pension__pension_payment") }}),

    death as (

        select person_id, occurred_on as died_on
        from {{ ref("stg_employment__employment_attrition") }}
        where reason = '2'

        union all

        select person_id, cancelled_on as died_on
        from {{ ref("stg_employment__unemployment_registration") }}
        where cancel_reason = '4'

        union all

        select person_id, died_on
        from {{ ref("stg_pension__death_register") }}

    ),

    first_told as (select person_id, min(died_on) as died_on from death group by person_id)

select {{ doubtful("pension_payment", "record") }}
from record
inner join first_told on record.person_id = first_told.person_id
where record.paid_month > first_told.died_on
