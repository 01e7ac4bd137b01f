-- What each plan asks of each region: of the province by the plan's own table, of the others by the allocation.
with
    plans as (select * from {{ ref("plans") }}),

    plan_indicator as (select * from {{ ref("dim_plan_indicator") }}),

    regions as (select * from {{ ref("regions") }}),

    allocation as (select * from {{ ref("stg_planning__target_allocation") }}),

    ranked_allocation as (

        select
            allocation.plan_id,
            allocation.indicator_id,
            allocation.region_code,
            allocation.target_year,
            allocation.target_value,
            row_number() over (
                partition by allocation.plan_id, allocation.indicator_id, allocation.region_code, allocation.target_year
                order by allocation.period_end desc, allocation.unit_code asc
            ) as preference
        from allocation
        inner join regions on allocation.region_code = regions.region_code
        where regions.level in ('prefecture', 'county')

    ),

    -- The province has no more than its five-year target; only the others are given targets of single years.
    province as (

        select
            plan_indicator.plan_id,
            plan_indicator.indicator_id,
            regions.region_code,
            extract(year from plans.end_date) as target_year,
            plan_indicator.baseline,
            plan_indicator.target,
            plan_indicator.target_text
        from plan_indicator
        inner join plans on plan_indicator.plan_id = plans.plan_id
        cross join regions
        where
            regions.level = 'province' and (plan_indicator.target is not null or plan_indicator.target_text is not null)

    ),

    below_province as (

        select
            ranked_allocation.plan_id,
            ranked_allocation.indicator_id,
            ranked_allocation.region_code,
            ranked_allocation.target_year,
            cast(null as double) as baseline,
            cast(ranked_allocation.target_value as double) as target,
            {{ to_text("null") }} as target_text
        from ranked_allocation
        where ranked_allocation.preference = 1

    ),

    city_group as (

        select region_code, unit_code, count(*) over (partition by region_code) as units
        from {{ ref("int_region_unit") }}
        where region_level = 'city_group'

    ),

    -- A group's target is the sum of its units' where figures of regions add up, else the province's.
    group_sum as (

        select
            below_province.plan_id,
            below_province.indicator_id,
            city_group.region_code,
            below_province.target_year,
            cast(null as double) as baseline,
            sum(below_province.target) as target,
            {{ to_text("null") }} as target_text
        from below_province
        inner join city_group on below_province.region_code = city_group.unit_code
        inner join
            plan_indicator
            on below_province.plan_id = plan_indicator.plan_id
            and below_province.indicator_id = plan_indicator.indicator_id
        where plan_indicator.measure_kind in ('flow', 'stock')
        group by below_province.plan_id, below_province.indicator_id, city_group.region_code, below_province.target_year
        having count(*) = max(city_group.units)

    ),

    group_of_rate as (

        select distinct
            province.plan_id,
            province.indicator_id,
            city_group.region_code,
            province.target_year,
            cast(null as double) as baseline,
            province.target,
            province.target_text
        from province
        inner join
            plan_indicator
            on province.plan_id = plan_indicator.plan_id
            and province.indicator_id = plan_indicator.indicator_id
        cross join city_group
        where plan_indicator.measure_kind not in ('flow', 'stock')

    ),

    target as (

        select *
        from province
        union all
        select *
        from below_province
        union all
        select *
        from group_sum
        union all
        select *
        from group_of_rate

    )

select
    target.plan_id,
    target.indicator_id,
    target.region_code,
    cast(target.target_year as integer) as target_year,
    cast(target.target_year as integer) = extract(year from plans.end_date) as is_of_the_plan,
    plan_indicator.target_kind,
    target.baseline,
    target.target,
    target.target_text
from target
inner join plans on target.plan_id = plans.plan_id
inner join
    plan_indicator on target.plan_id = plan_indicator.plan_id and target.indicator_id = plan_indicator.indicator_id
