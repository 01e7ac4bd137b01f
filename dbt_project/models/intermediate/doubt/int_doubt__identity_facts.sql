{# Numbers that are wrong themselves are another rule's. #}
with record as (select * from {{ ref("stg_employment__employment_registration") }})

select {{ doubtful("employment_registration", "record") }}
from record
where
    {{ is_identity_number("record.person_id") }}
    and (
        substr(record.person_id, 7, 8) <> {{ to_text(day_number("record.birth_date")) }}
        or (record.sex = '1' and substr(record.person_id, 17, 1) in ('0', '2', '4', '6', '8'))
        or (record.sex = '2' and substr(record.person_id, 17, 1) in ('1', '3', '5', '7', '9'))
    )
