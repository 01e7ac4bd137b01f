with record as (select * from {{ ref("stg_arbitration__inspection_case") }})

select {{ doubtful("inspection_case", "record", person=false) }}
from record
where record.wages_recovered > record.wages_owed
