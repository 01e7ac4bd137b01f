with record as (select * from {{ ref("stg_arbitration__arbitration_case") }})

select {{ doubtful("arbitration_case", "record", person=false) }}
from record
where record.closed_on < record.accepted_on
