-- The targets of single years in the department's plans, each in the five-year plan of its year; of several dumps the
-- newest period's row.
with
    plans as (select * from {{ ref("plans") }}),

    regions as (select * from {{ ref("regions") }}),

    annual_plan as (select * from {{ ref("stg_planning__annual_plan") }}),

    ranked as (

        select
            annual_plan.*,
            row_number() over (
                partition by annual_plan.indicator_id, annual_plan.region_code, annual_plan.plan_year
                order by annual_plan.period_end desc, annual_plan.unit_code asc
            ) as preference
        from annual_plan

    )

select
    plans.plan_id,
    ranked.indicator_id,
    ranked.region_code,
    cast(ranked.plan_year as integer) as target_year,
    ranked.target_value as target
from ranked
inner join plans on ranked.plan_year between extract(year from plans.start_date) and extract(year from plans.end_date)
inner join regions on ranked.region_code = regions.region_code
where ranked.preference = 1 and regions.level in ('province', 'prefecture', 'county')
