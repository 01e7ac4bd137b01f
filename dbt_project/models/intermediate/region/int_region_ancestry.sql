with
    regions as (select * from {{ ref("regions") }} where level <> 'nation'),

    itself as (select region_code, region_code as belongs_to, level as belongs_to_level from regions),

    -- Counties belong to their unit, and with it to what the unit is a part of.
    unit as (

        select county.region_code, above.region_code as belongs_to, above.level as belongs_to_level
        from regions as county
        inner join regions as above on county.parent_code = above.region_code
        where county.level = 'county'

    ),

    whole as (

        select part.region_code, made_of.region_code as belongs_to, made_of.region_level as belongs_to_level
        from
            (
                select *
                from itself
                union all
                select *
                from unit
            ) as part
        inner join {{ ref("int_region_unit") }} as made_of on part.belongs_to = made_of.unit_code

    )

select *
from itself
union all
select *
from unit
union all
select *
from whole
