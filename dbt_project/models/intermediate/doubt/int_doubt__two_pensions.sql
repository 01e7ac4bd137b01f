with
    record as {{ not_materialized_cte() }} (

        select *
        from {{ ref("int_insurance_current") }}
        where enrolment_status in ({{ quoted(var("insured_statuses")) }}) and insurance_type in ('110', '120', '170')

    ),

    both_kinds as (

        select person_id
        from record
        where {{ has_duplicate_hash("record", ["person_id"]) }}
        group by person_id
        having min(insurance_type) in ('110', '120') and max(insurance_type) = '170'

    )

select {{ doubtful("insurance_enrolment", "record") }}
from record
inner join both_kinds on record.person_id = both_kinds.person_id
