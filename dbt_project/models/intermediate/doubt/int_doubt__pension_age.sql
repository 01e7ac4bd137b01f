{# Under 40 at the end of the month paid for, or over 120 at its beginning, by a number that is right itself. #}
with record as (select * from {{ ref("stg_pension__pension_payment") }})

select {{ doubtful("pension_payment", "record") }}
from record
where
    {{ age_number("record.person_id", "last_day(record.paid_month)") }} < 400000
    or {{ age_number("record.person_id", "record.paid_month") }} > 1200000
