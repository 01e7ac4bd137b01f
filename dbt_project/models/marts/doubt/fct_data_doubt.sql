-- Province and units alone: in a county, few doubts about persons could tell of one. Whoever mends records has the
-- restricted list.
with
    examined as (select * from {{ ref("int_doubt_examined") }}),

    doubt as (

        select rule_id, region_code, period_end, count(*) as doubts
        from {{ ref("int_doubt") }}
        group by rule_id, region_code, period_end

    ),

    ancestry as (select * from {{ ref("int_region_ancestry") }} where belongs_to_level in ('province', 'prefecture')),

    rules as (select * from {{ ref("doubt_rules") }})

select
    examined.rule_id,
    ancestry.belongs_to as region_code,
    examined.period_end,
    cast(sum(coalesce(doubt.doubts, 0)) as bigint) as doubts,
    cast(sum(examined.records) as bigint) as records_examined,
    rules.severity
from examined
inner join rules on examined.rule_id = rules.rule_id
inner join ancestry on examined.region_code = ancestry.region_code
left join
    doubt
    on examined.rule_id = doubt.rule_id
    and examined.region_code = doubt.region_code
    and examined.period_end = doubt.period_end
group by examined.rule_id, ancestry.belongs_to, examined.period_end, rules.severity
