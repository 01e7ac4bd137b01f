-- The employees of the survey of pay. Where a unit and the province both sent a unit's employees of a year, the unit's
-- own dump counts. Weights and pay are exact decimals: their sums do not depend on the order of rows.
with
    survey as (select * from {{ ref("stg_arbitration__wage_survey") }} where survey_weight > 0),

    ranked as (

        select
            survey.*,
            rank() over (
                partition by region_unit, period_end order by case when unit_code = region_unit then 0 else 1 end
            ) as preference
        from survey

    )

select
    period_end,
    region_code,
    coalesce(region_unit, region_code) as belongs_to_unit,
    enterprise_uscc,
    industry_code,
    replace(occupation_code, '-', '') as occupation_code,
    post_grade,
    cast(annual_pay as decimal(18, 4)) as annual_pay,
    cast(survey_weight * weight as decimal(18, 8)) as weight,
    weight <> 1 as is_sampled
from ranked
where preference = 1
