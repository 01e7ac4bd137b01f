-- A version is in force until the day before the next one begins; a draft, which has no date yet, ends none.
with indicators as (select * from {{ ref("indicators") }})

select
    indicators.*,
    {{ days_after("lead(in_force_from) over (partition by indicator_id order by in_force_from nulls last)", -1) }}
    as in_force_to,
    split_part(source_extracts, ';', 1) as main_extract
from indicators
