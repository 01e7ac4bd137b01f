-- How far the forecasts would have been off that had been made at earlier dates: each method's, and which is chosen.
with
    forecast_window as (select * from {{ ref("int_forecast_window") }} where actual is not null),

    forecast_method as (select * from {{ ref("int_forecast_method") }}),

    region as (select region_code, level as region_level from {{ ref("dim_region") }}),

    -- of each month, what is true of the series up to it
    series as (

        select
            indicator_id,
            measure,
            region_code,
            period_end,
            definition_version,
            bool_or(maturity <> 'final') over up_to_it as is_provisional,
            bool_or(is_estimate) over up_to_it as is_estimate,
            bool_or(is_suppressed) over up_to_it as is_suppressed
        from {{ ref("int_forecast_series") }}
        window
            up_to_it as (partition by indicator_id, measure, region_code order by period_end rows unbounded preceding)

    )

select
    forecast_window.indicator_id,
    forecast_window.measure,
    forecast_window.region_code,
    forecast_window.period_end,
    cast(forecast_window.months_ahead as integer) as months_ahead,
    forecast_window.actual,
    {% for method in forecast_methods() %} forecast_window.{{ method }}, {% endfor %}
    forecast_window.scale as mase_scale,
    -- a series that repeats itself year by year goes on so
    case when forecast_window.scale = 0 then 'seasonal_naive' else forecast_method.method end as method,
    series.definition_version,
    case when series.is_provisional then 'provisional' else 'final' end as maturity,
    series.is_estimate,
    series.is_suppressed,
    1 as method_version
from forecast_window
inner join region on forecast_window.region_code = region.region_code
inner join
    series
    on forecast_window.indicator_id = series.indicator_id
    and forecast_window.measure = series.measure
    and forecast_window.region_code = series.region_code
    and {{ month_end_after("forecast_window.period_end", "forecast_window.months_ahead") }} = series.period_end
left join
    forecast_method
    on forecast_window.indicator_id = forecast_method.indicator_id
    and forecast_window.measure = forecast_method.measure
    and region.region_level = forecast_method.region_level
