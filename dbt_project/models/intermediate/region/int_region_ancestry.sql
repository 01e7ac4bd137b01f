with
    regions as (select * from {{ ref("regions") }} where level in ('province', 'prefecture', 'county')),

    itself as (select region_code, region_code as belongs_to, level as belongs_to_level from regions),

    parent as (

        select region.region_code, above.region_code as belongs_to, above.level as belongs_to_level
        from regions as region
        inner join regions as above on region.parent_code = above.region_code

    ),

    grandparent as (

        select parent.region_code, above.region_code as belongs_to, above.level as belongs_to_level
        from parent
        inner join regions as region on parent.belongs_to = region.region_code
        inner join regions as above on region.parent_code = above.region_code

    )

select *
from itself
union all
select *
from parent
union all
select *
from grandparent
