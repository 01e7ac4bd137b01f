with
    record as (select * from {{ ref("stg_arbitration__arbitration_case") }}),

    known as (select * from {{ ref("int_delivery_cutoff") }} where extract = 'arbitration_case')

select {{ doubtful("arbitration_case", "record", person=false) }}
from record
inner join known on record.region_code = known.region_code
where
    coalesce(record.closed_on, known.known_until) > {{ days_after("record.accepted_on", var("arbitration_term_days")) }}
