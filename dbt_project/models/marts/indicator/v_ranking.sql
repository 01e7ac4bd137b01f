{{ config(materialized="view_if_changed") }}
-- Units alone: their values are never withheld, so that no rank tells of one that is.
with
    -- Plans follow each other; were two to overlap, the newer one's target would count.
    goal as (

        select
            indicator_id,
            region_code,
            period_end,
            max_by(target, plan_id) as target,
            max_by(gap, plan_id) as distance_to_target
        from {{ ref("fct_plan_progress") }}
        group by indicator_id, region_code, period_end

    )

select
    growth.indicator_id,
    indicator.name_zh as indicator_zh,
    indicator.name_en as indicator_en,
    growth.region_code,
    region.name_zh as region_zh,
    region.name_en as region_en,
    growth.period_type,
    growth.period_end,
    period.label_zh as period_zh,
    period.label_en as period_en,
    growth.rank_in_units as rank,
    growth.units_ranked,
    growth.value,
    indicator.unit,
    indicator.direction,
    goal.target,
    goal.distance_to_target,
    growth.rank_in_units + growth.rank_change_yoy as rank_a_year_before,
    growth.rank_change_yoy as rank_change,
    figure.maturity,
    {{ label("figure.maturity", "maturity", "zh") }} as maturity_zh,
    {{ label("figure.maturity", "maturity", "en") }} as maturity_en,
    growth.definition_version,
    growth.quality_grade,
    growth.too_uncertain
from {{ ref("fct_indicator_growth") }} as growth
inner join
    {{ ref("fct_indicator_value") }} as figure
    on growth.indicator_id = figure.indicator_id
    and growth.region_code = figure.region_code
    and growth.period_type = figure.period_type
    and growth.period_end = figure.period_end
inner join
    {{ ref("dim_indicator") }} as indicator
    on growth.indicator_id = indicator.indicator_id
    and growth.definition_version = indicator.definition_version
inner join {{ ref("dim_region") }} as region on growth.region_code = region.region_code
inner join
    {{ ref("dim_period") }} as period
    on growth.period_type = period.period_type
    and growth.period_end = period.period_end
left join
    goal
    on growth.indicator_id = goal.indicator_id
    and growth.region_code = goal.region_code
    and growth.period_end = goal.period_end
where growth.region_level = 'prefecture' and growth.value is not null and indicator.direction <> 'none'
