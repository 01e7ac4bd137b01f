-- Province and units alone: in a county, few doubts about persons could tell of one. Whoever mends records has the
-- restricted list. What fund supervision withholds of a rule's findings is withheld here, too: they are the same
-- records.
with
    examined as (select * from {{ ref("int_doubt_examined") }}),

    doubt as (

        select rule_id, region_code, period_end, count(*) as doubts
        from {{ ref("int_doubt") }}
        group by rule_id, region_code, period_end

    ),

    ancestry as (select * from {{ ref("int_region_ancestry") }} where belongs_to_level in ('province', 'prefecture')),

    rules as (select * from {{ ref("doubt_rules") }}),

    -- A rule of fund supervision finds what the rule on doubts of the same name does where both look through the same.
    withheld as (

        select distinct supervision.rule, supervision.region_code, supervision.period_end
        from {{ ref("fct_fund_supervision") }} as supervision
        inner join {{ ref("fund_rules") }} as fund_rules on supervision.rule = fund_rules.rule_id
        inner join rules on supervision.rule = rules.rule_id and fund_rules.records = rules.extracts
        where supervision.is_suppressed

    ),

    counted as (

        select
            examined.rule_id,
            ancestry.belongs_to as region_code,
            examined.period_end,
            cast(sum(coalesce(doubt.doubts, 0)) as bigint) as doubts,
            cast(sum(examined.records) as bigint) as records_examined
        from examined
        inner join ancestry on examined.region_code = ancestry.region_code
        left join
            doubt
            on examined.rule_id = doubt.rule_id
            and examined.region_code = doubt.region_code
            and examined.period_end = doubt.period_end
        group by examined.rule_id, ancestry.belongs_to, examined.period_end

    )

select
    counted.rule_id,
    counted.region_code,
    counted.period_end,
    case when withheld.rule is null then counted.doubts end as doubts,
    counted.records_examined,
    rules.severity,
    withheld.rule is not null as is_suppressed
from counted
inner join rules on counted.rule_id = rules.rule_id
left join
    withheld
    on counted.rule_id = withheld.rule
    and counted.region_code = withheld.region_code
    and counted.period_end = withheld.period_end
