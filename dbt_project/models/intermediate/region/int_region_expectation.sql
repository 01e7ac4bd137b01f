{# How many units a region's delivery of an extract should be made of, where no dump of the province says it all. #}
with
    registry as (select * from {{ source("landed", "extract") }}),

    regions as (select * from {{ ref("regions") }} where level in ('province', 'prefecture', 'county')),

    unit as (select count(*) as units from regions where level = 'prefecture')

select
    registry.extract,
    regions.region_code,
    case
        when regions.level = 'province' and registry.delivered_by <> 'province' then unit.units else 1
    end as units_expected
from registry
cross join regions
cross join unit
