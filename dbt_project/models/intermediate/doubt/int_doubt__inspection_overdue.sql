{# The term is over where the closure rate counts a case that is still open (int_indicator__inspection_closure_rate). #}
{% set term_end = days_after("record.accepted_on", var("inspection_open_days")) %}

with
    record as (select * from {{ ref("stg_arbitration__inspection_case") }}),

    known as (select * from {{ ref("int_delivery_cutoff") }} where extract = 'inspection_case')

select {{ doubtful("inspection_case", "record", person=false) }}
from record
inner join known on record.region_code = known.region_code
where record.closed_on > {{ term_end }} or (record.closed_on is null and known.known_until >= {{ term_end }})
