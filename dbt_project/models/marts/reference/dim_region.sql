with
    regions as (select * from {{ ref("regions") }}),

    groups as (select * from {{ ref("region_groups") }}),

    with_unit as (

        select *, case when is_reporting_unit then region_code when level = 'county' then parent_code end as unit_code
        from regions

    )

select
    with_unit.region_code,
    with_unit.name_zh,
    with_unit.name_en,
    with_unit.level,
    with_unit.admin_rank,
    with_unit.parent_code,
    with_unit.unit_code,
    groups.group_id as group_code,
    with_unit.is_reporting_unit,
    with_unit.in_gb_t_2260
from with_unit
left join groups on with_unit.unit_code = groups.region_code
