-- The reporting units that the province and each city group are made of.
with regions as (select * from {{ ref("regions") }}), groups as (select * from {{ ref("region_groups") }})

select province.region_code, province.level as region_level, unit.region_code as unit_code
from regions as province
inner join regions as unit on province.region_code = unit.parent_code
where province.level = 'province'

union all

select groups.group_id as region_code, 'city_group' as region_level, groups.region_code as unit_code
from groups
