{{ config(materialized="view_if_changed") }}
-- Units alone: their values are never withheld, so that no rank tells of one that is. Compared after rounding to 9
-- decimals, since means of the same months may differ in their last bits.
with
    ranked as (

        select
            indicator.name_zh as indicator_zh,
            indicator.name_en as indicator_en,
            indicator.direction,
            rank() over (
                partition by figure.indicator_id, figure.period_type, figure.period_end
                order by round(case when indicator.direction = 'lower' then figure.value else - figure.value end, 9)
            ) as rank,
            count(*) over (partition by figure.indicator_id, figure.period_type, figure.period_end) as units_ranked,
            figure.*
        from {{ ref("fct_indicator_value") }} as figure
        inner join
            {{ ref("dim_indicator") }} as indicator
            on figure.indicator_id = indicator.indicator_id
            and figure.definition_version = indicator.definition_version
        where figure.region_level = 'prefecture' and figure.value is not null and indicator.direction <> 'none'

    ),

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
    ranked.indicator_id,
    ranked.indicator_zh,
    ranked.indicator_en,
    ranked.region_code,
    region.name_zh as region_zh,
    region.name_en as region_en,
    ranked.period_type,
    ranked.period_end,
    period.label_zh as period_zh,
    period.label_en as period_en,
    cast(ranked.rank as integer) as rank,
    cast(ranked.units_ranked as integer) as units_ranked,
    ranked.value,
    ranked.unit,
    ranked.direction,
    goal.target,
    goal.distance_to_target,
    cast(year_before.rank as integer) as rank_a_year_before,
    cast(year_before.rank - ranked.rank as integer) as rank_change,
    ranked.maturity,
    {{ label("ranked.maturity", "maturity", "zh") }} as maturity_zh,
    {{ label("ranked.maturity", "maturity", "en") }} as maturity_en,
    ranked.definition_version
from ranked
inner join {{ ref("dim_region") }} as region on ranked.region_code = region.region_code
inner join
    {{ ref("dim_period") }} as period
    on ranked.period_type = period.period_type
    and ranked.period_end = period.period_end
left join
    ranked as year_before
    on ranked.indicator_id = year_before.indicator_id
    and ranked.definition_version = year_before.definition_version
    and ranked.region_code = year_before.region_code
    and ranked.period_type = year_before.period_type
    and {{ month_end_after("ranked.period_end", -12) }} = year_before.period_end
left join
    goal
    on ranked.indicator_id = goal.indicator_id
    and ranked.region_code = goal.region_code
    and ranked.period_end = goal.period_end
