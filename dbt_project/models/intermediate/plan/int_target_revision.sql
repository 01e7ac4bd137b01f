-- Targets for the plan's end as they were set in turn, with the days between which each is the one to compare with. The
-- province's by the plan's own table; a region's newest allocation takes the place of earlier ones for the whole plan.
with
    plans as (select * from {{ ref("plans") }}),

    plan_indicators as (select * from {{ ref("plan_indicators") }}),

    regions as (select * from {{ ref("regions") }}),

    allocation as (select * from {{ ref("stg_planning__target_allocation") }}),

    province as (

        select
            plan_indicators.plan_id,
            plan_indicators.indicator_id,
            regions.region_code,
            plan_indicators.in_force_from,
            coalesce(plan_indicators.in_force_from, plans.start_date) as holds_from,
            case when target_kind <> 'text' then cast(plan_indicators.target as double) end as target,
            case when target_kind = 'text' then plan_indicators.target end as target_text
        from plan_indicators
        inner join plans on plan_indicators.plan_id = plans.plan_id
        cross join regions
        where regions.level = 'province'

    ),

    ranked_allocation as (

        select
            allocation.plan_id,
            allocation.indicator_id,
            allocation.region_code,
            plans.start_date,
            allocation.period_start,
            cast(allocation.target_value as double) as target,
            row_number() over (
                partition by allocation.plan_id, allocation.indicator_id, allocation.region_code
                order by allocation.period_end desc, allocation.unit_code asc
            ) as from_newest,
            first_value(cast(allocation.target_value as double)) over (
                partition by allocation.plan_id, allocation.indicator_id, allocation.region_code
                order by allocation.period_end asc, allocation.unit_code asc
            ) as first_target
        from allocation
        inner join plans on allocation.plan_id = plans.plan_id
        inner join regions on allocation.region_code = regions.region_code
        where regions.level in ('prefecture', 'county') and allocation.target_year = extract(year from plans.end_date)

    )

select
    plan_id,
    indicator_id,
    region_code,
    in_force_from,
    holds_from,
    lead(holds_from) over in_turn as holds_until,
    target,
    target_text,
    first_value(target) over in_turn as first_target
from province
window in_turn as (partition by plan_id, indicator_id, region_code order by holds_from)

union all

select
    plan_id,
    indicator_id,
    region_code,
    period_start as in_force_from,
    start_date as holds_from,
    cast(null as date) as holds_until,
    target,
    {{ to_text("null") }} as target_text,
    first_target
from ranked_allocation
where from_newest = 1
