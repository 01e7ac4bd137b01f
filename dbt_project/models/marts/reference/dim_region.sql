with regions as (select * from {{ ref("regions") }})

select
    region_code,
    name_zh,
    name_en,
    level,
    parent_code,
    case when is_reporting_unit then region_code when level = 'county' then parent_code end as unit_code,
    is_reporting_unit,
    in_gb_t_2260
from regions
