-- Until which day a region's state is known: the end of the last period that was delivered for it, at the latest the
-- as-of date. What was open then may have been closed since, in a dump that has not come yet.
with delivery as (select * from {{ ref("int_region_delivery") }}), run as (select * from {{ source("landed", "run") }})

select delivery.extract, delivery.region_code, least(max(delivery.period_end), min(run.as_of)) as known_until
from delivery
cross join run
group by delivery.extract, delivery.region_code
