-- What each plan asks of each region by the end of each of its years: where nobody said, by even steps to its end.
with
    plans as (select * from {{ ref("plans") }}),

    regions as (select * from {{ ref("regions") }}),

    target_end as (select * from {{ ref("int_target_end") }}),

    plan_target as (select * from {{ ref("int_plan_target") }} where not is_of_the_plan),

    annual_plan as (select * from {{ ref("int_annual_plan") }}),

    plan_years as (

        select
            plans.plan_id,
            extract(year from months.month_start) as target_year,
            extract(year from months.month_start) - extract(year from plans.start_date) + 1 as year_of_plan,
            extract(year from plans.end_date) - extract(year from plans.start_date) + 1 as years_of_plan
        from plans
        inner join
            (select plan_id, {{ each_month("start_date", "end_date") }} as month_start from plans) as months
            on plans.plan_id = months.plan_id
        where extract(month from months.month_start) = 12

    ),

    stepped as (

        select
            target_end.*,
            plan_years.target_year,
            plan_years.year_of_plan,
            plan_years.years_of_plan,
            plan_years.year_of_plan = plan_years.years_of_plan as is_end,
            cast(coalesce(annual_plan.target, plan_target.target) as double) as given,
            case when annual_plan.target is not null then 'annual_plan' else 'allocated' end as given_basis
        from target_end
        inner join plan_years on target_end.plan_id = plan_years.plan_id
        left join
            annual_plan
            on target_end.plan_id = annual_plan.plan_id
            and target_end.indicator_id = annual_plan.indicator_id
            and target_end.region_code = annual_plan.region_code
            and plan_years.target_year = annual_plan.target_year
        left join
            plan_target
            on target_end.plan_id = plan_target.plan_id
            and target_end.indicator_id = plan_target.indicator_id
            and target_end.region_code = plan_target.region_code
            and plan_years.target_year = plan_target.target_year

    ),

    yearly as (

        select
            stepped.*,
            case when target_kind = 'cumulative' then coalesce(given, target / years_of_plan) end as year_value
        from stepped

    ),

    region_target as (

        select
            plan_id,
            indicator_id,
            region_code,
            target_year,
            target_kind,
            is_additive,
            case
                when is_end
                then cast(target as double)
                when target_kind = 'cumulative' and given is not null
                then sum(year_value) over (partition by plan_id, indicator_id, region_code order by target_year)
                when target_kind = 'cumulative'
                then target * year_of_plan / years_of_plan
                when given is not null
                then given
                when target_kind <> 'ceiling' and target > baseline
                then baseline + (target - baseline) * year_of_plan / years_of_plan
                else target
            end as target_value,
            year_value,
            case when is_end then basis when given is not null then given_basis else 'interpolated' end as basis,
            basis as basis_of_end,
            case when is_end then method when given is not null then 'delivered' else 'even_steps' end as method,
            weight,
            weight_year,
            is_binding,
            maturity,
            is_estimate
        from yearly

    ),

    unit_of as (select * from {{ ref("int_region_unit") }} where region_level = 'city_group'),

    -- A city group is asked what its units are where figures add up, else what the province is.
    group_target as (

        select
            region_target.plan_id,
            region_target.indicator_id,
            unit_of.region_code,
            region_target.target_year,
            region_target.target_kind,
            true as is_additive,
            cast(sum(cast(region_target.target_value as decimal(28, 10))) as double) as target_value,
            cast(sum(cast(region_target.year_value as decimal(28, 10))) as double) as year_value,
            case
                when max(case when region_target.basis = 'proposed' then 1 end) = 1
                then 'proposed'
                when max(case when region_target.basis = 'interpolated' then 1 end) = 1
                then 'interpolated'
                else max(region_target.basis)
            end as basis,
            case
                when max(case when region_target.basis_of_end = 'proposed' then 1 end) = 1
                then 'proposed'
                else max(region_target.basis_of_end)
            end as basis_of_end,
            'sum_of_units' as method,
            sum(region_target.weight) as weight,
            cast(null as integer) as weight_year,
            region_target.is_binding,
            min(region_target.maturity) as maturity,
            max(case when region_target.is_estimate then 1 else 0 end) = 1 as is_estimate
        from region_target
        inner join unit_of on region_target.region_code = unit_of.unit_code
        where region_target.is_additive
        group by
            region_target.plan_id,
            region_target.indicator_id,
            unit_of.region_code,
            region_target.target_year,
            region_target.target_kind,
            region_target.is_binding

        union all

        select region_target.* replace (unit_of.region_code as region_code, 'target_above' as method)
        from region_target
        inner join regions on region_target.region_code = regions.region_code and regions.level = 'province'
        cross join (select distinct region_code from unit_of) as unit_of
        where not region_target.is_additive

    ),

    any_target as (

        select *
        from region_target
        union all
        select *
        from group_target

    )

select
    plan_id,
    indicator_id,
    region_code,
    cast(target_year as integer) as target_year,
    {{ year_end("make_date(cast(target_year as integer), 1, 1)") }} as period_end,
    target_kind,
    target_value,
    year_value,
    basis,
    basis_of_end,
    method,
    weight,
    weight_year,
    is_binding,
    maturity,
    is_estimate,
    false as is_suppressed,
    1 as method_version
from any_target
