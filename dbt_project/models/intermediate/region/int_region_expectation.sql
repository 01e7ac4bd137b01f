{#
How many units a region's delivery of an extract should be made of, where no dump of the province says it all. A city
group is always counted by its units: no dump is a group's own.
#}
with
    registry as (select * from {{ source("landed", "extract") }}),

    regions as (select * from {{ ref("regions") }} where level <> 'nation'),

    made_of as (select region_code, region_level, count(*) as units from {{ ref("int_region_unit") }} group by all)

select
    registry.extract,
    regions.region_code,
    case
        when made_of.region_level = 'province' and registry.delivered_by = 'province'
        then 1
        else coalesce(made_of.units, 1)
    end as units_expected
from registry
cross join regions
left join made_of on regions.region_code = made_of.region_code
