-- One person trained or certified on one day in two units.
with
    record as (

        select {{ doubtful("training_record", "training") }}, training.region_unit, training.completed_on as happened_on
        from {{ ref("stg_employment__training_record") }} as training

        union all

        select
            {{ doubtful("skill_certificate", "certificate") }},
            certificate.region_unit,
            certificate.issued_on as happened_on
        from {{ ref("stg_talent__skill_certificate") }} as certificate

    ),

    several as (

        select person_id, happened_on
        from record
        group by person_id, happened_on
        having min(region_unit) <> max(region_unit)

    )

select record.extract, record.dump_id, record.line_number, record.region_code, record.period_end, record.person_id
from record
inner join several on record.person_id = several.person_id and record.happened_on = several.happened_on
