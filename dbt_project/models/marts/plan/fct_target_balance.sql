-- Whether what the units were given adds up to what the province was.
with
    target as (select * from {{ ref("fct_target") }} where basis in ('plan', 'allocated', 'annual_plan')),

    regions as (select * from {{ ref("regions") }}),

    units as (select count(*) as units from regions where level = 'prefecture'),

    added as (

        select
            target.plan_id,
            target.indicator_id,
            target.target_year,
            count(*) as units,
            cast(sum(cast(target.target_value as decimal(28, 10))) as double) as sum_of_units
        from target
        inner join regions on target.region_code = regions.region_code
        where regions.level = 'prefecture'
        group by target.plan_id, target.indicator_id, target.target_year

    ),

    held as (

        select
            province.plan_id,
            province.indicator_id,
            province.target_year,
            province.target_value as province_target,
            case when plan_indicator.measure_kind in ('flow', 'stock') then added.sum_of_units end as sum_of_units,
            {{ parameter("target_balance_tolerance") }} * units.units as tolerance
        from target as province
        inner join regions on province.region_code = regions.region_code and regions.level = 'province'
        cross join units
        inner join
            added
            on province.plan_id = added.plan_id
            and province.indicator_id = added.indicator_id
            and province.target_year = added.target_year
            and units.units = added.units
        inner join
            {{ ref("dim_plan_indicator") }} as plan_indicator
            on province.plan_id = plan_indicator.plan_id
            and province.indicator_id = plan_indicator.indicator_id

    )

select
    plan_id,
    indicator_id,
    target_year,
    province_target,
    sum_of_units,
    sum_of_units - province_target as difference,
    tolerance,
    case
        when sum_of_units is null
        then 'not_additive'
        when round(abs(sum_of_units - province_target) - tolerance, 9) <= 0
        then 'balances'
        when sum_of_units < province_target
        then 'short'
        else 'over'
    end as verdict
from held
