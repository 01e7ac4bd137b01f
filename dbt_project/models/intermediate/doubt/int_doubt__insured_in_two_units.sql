with
    record as {{ not_materialized_cte() }} (

        select *
        from {{ ref("int_insurance_current") }}
        where enrolment_status in ({{ quoted(var("insured_statuses")) }})

    ),

    several as (

        select person_id, insurance_type
        from record
        where {{ has_duplicate_hash("record", ["person_id", "insurance_type"]) }}
        group by person_id, insurance_type
        having min(region_unit) <> max(region_unit)

    )

select {{ doubtful("insurance_enrolment", "record") }}
from record
inner join several on record.person_id = several.person_id and record.insurance_type = several.insurance_type
