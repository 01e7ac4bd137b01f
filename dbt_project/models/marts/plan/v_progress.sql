{{ config(materialized="view_if_changed") }}
with
    progress as (

        select *, period_end = max(period_end) over (partition by plan_id) as is_latest
        from {{ ref("fct_plan_progress") }}

    ),

    region as (select * from {{ ref("dim_region") }})

select
    progress.plan_id,
    target.plan_zh,
    target.plan_en,
    target.seq,
    progress.indicator_id,
    target.name_zh as indicator_zh,
    target.name_en as indicator_en,
    target.attribute,
    {{ label("target.attribute", "attribute", "zh") }} as attribute_zh,
    {{ label("target.attribute", "attribute", "en") }} as attribute_en,
    progress.region_code,
    region.name_zh as region_zh,
    region.name_en as region_en,
    region.level as region_level,
    {{ city_name("region", "city", "zh") }} as city_zh,
    {{ city_name("region", "city", "en") }} as city_en,
    progress.period_end,
    period.label_zh as period_zh,
    period.label_en as period_en,
    progress.is_latest,
    target.unit,
    progress.target_kind,
    {{ label("progress.target_kind", "target_kind", "zh") }} as target_kind_zh,
    {{ label("progress.target_kind", "target_kind", "en") }} as target_kind_en,
    progress.baseline,
    progress.target,
    progress.target_text,
    progress.first_target,
    progress.target_in_force_from,
    year_target.target_value as target_of_year,
    year_target.year_value,
    {{ unless_withheld("progress.is_suppressed", "progress.actual") }} as actual,
    {{ unless_withheld("progress.is_suppressed", "progress.actual_text") }} as actual_text,
    progress.maturity,
    {{ label("progress.maturity", "maturity", "zh") }} as maturity_zh,
    {{ label("progress.maturity", "maturity", "en") }} as maturity_en,
    {{ unless_withheld("progress.is_suppressed", "progress.gap") }} as gap,
    {{ unless_withheld("progress.is_suppressed", "progress.attainment") }} as attainment,
    progress.elapsed_share,
    {{ unless_withheld("progress.is_suppressed", "progress.pace") }} as pace,
    progress.status,
    coalesce(
        {{ withheld("progress.is_suppressed", "zh") }}, {{ label("progress.status", "status", "zh") }}
    ) as status_zh,
    coalesce(
        {{ withheld("progress.is_suppressed", "en") }}, {{ label("progress.status", "status", "en") }}
    ) as status_en,
    path.expected_value,
    {{ unless_withheld("progress.is_suppressed", "path.ratio") }} as ratio,
    path.status_by_path,
    coalesce(
        {{ withheld("progress.is_suppressed", "zh") }}, {{ label("path.status_by_path", "status", "zh") }}
    ) as status_by_path_zh,
    coalesce(
        {{ withheld("progress.is_suppressed", "en") }}, {{ label("path.status_by_path", "status", "en") }}
    ) as status_by_path_en,
    {{ to_be_confirmed("path_", "zh") }} as confirmation_zh,
    {{ to_be_confirmed("path_", "en") }} as confirmation_en,
    {{ unless_withheld("progress.is_suppressed", "progress.required_per_month") }} as required_per_month,
    {{ unless_withheld("progress.is_suppressed", "progress.projected_end_value") }} as projected_end_value,
    progress.projected_status,
    {{ label("progress.projected_status", "status", "zh") }} as projected_status_zh,
    {{ label("progress.projected_status", "status", "en") }} as projected_status_en,
    forecast.period_end as forecast_from,
    forecast.forecast as forecast_end_value,
    forecast.low80 as forecast_low80,
    forecast.high80 as forecast_high80,
    forecast.probability_of_target,
    progress.is_suppressed as is_withheld,
    target.doubtful_part,
    target.doubt_zh,
    target.doubt_en
from progress
inner join
    {{ ref("dim_plan_indicator") }} as target
    on progress.plan_id = target.plan_id
    and progress.indicator_id = target.indicator_id
left join
    {{ ref("fct_plan_path") }} as path
    on progress.plan_id = path.plan_id
    and progress.indicator_id = path.indicator_id
    and progress.region_code = path.region_code
    and progress.period_end = path.period_end
left join
    {{ ref("fct_target") }} as year_target
    on progress.plan_id = year_target.plan_id
    and progress.indicator_id = year_target.indicator_id
    and progress.region_code = year_target.region_code
    and extract(year from progress.period_end) = year_target.target_year
left join
    (
        select *, horizon_end = max(horizon_end) over (partition by plan_id) as is_end
        from {{ ref("fct_plan_forecast") }}
    ) as forecast
    on progress.plan_id = forecast.plan_id
    and progress.indicator_id = forecast.indicator_id
    and progress.region_code = forecast.region_code
    and progress.is_latest
    and not progress.is_suppressed
    and forecast.is_end
inner join region on progress.region_code = region.region_code
left join region as city on region.parent_code = city.region_code
inner join {{ ref("dim_period") }} as period on progress.period_end = period.period_end and period.period_type = 'month'
