-- Issued while a training of the same person was under way.
with
    record as (select * from {{ ref("stg_talent__skill_certificate") }}),

    training as (

        select person_id, started_on, completed_on
        from {{ ref("stg_employment__training_record") }}
        where started_on < completed_on

    ),

    too_early as (

        select distinct record.dump_id, record.line_number
        from record
        inner join
            training
            on record.person_id = training.person_id
            and record.issued_on >= training.started_on
            and record.issued_on < training.completed_on

    )

select {{ doubtful("skill_certificate", "record") }}
from record
inner join too_early on record.dump_id = too_early.dump_id and record.line_number = too_early.line_number
