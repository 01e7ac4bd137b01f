-- What each figure will come to by the end of the year and of the plan, from the newest month that is all there;
-- between which limits, and how likely the target is reached, by the errors of the same method in the back-test.
with
    horizon as (select * from {{ ref("int_forecast_horizon") }}),

    at_end as (select * from {{ ref("int_forecast_window") }} where is_end),

    forecast_method as (select * from {{ ref("int_forecast_method") }}),

    tested as (

        select forecast_error.*, region.level as region_level
        from {{ ref("fct_forecast_error") }} as forecast_error
        inner join {{ ref("dim_region") }} as region on forecast_error.region_code = region.region_code
        where forecast_error.mase_scale > 0

    ),

    prepared as (

        select
            horizon.*,
            at_end.scale,
            case
                when horizon.is_suppressed or at_end.observed is null
                then null
                when at_end.observed < horizon.min_months
                then 'linear_pace'
                when at_end.scale = 0
                then 'seasonal_naive'
                else coalesce(forecast_method.method, 'linear_pace')
            end as method,
            -- errors in scales say nothing of a series that has none
            case
                when not horizon.is_suppressed and at_end.observed >= horizon.min_months and at_end.scale > 0
                then forecast_method.method
            end as tested_method,
            case
                when not horizon.is_suppressed and at_end.observed >= horizon.min_months and at_end.scale > 0
                then forecast_method.mase
            end as mase,
            case
                when horizon.months_ahead <= 3
                then 3
                when horizon.months_ahead <= 6
                then 6
                when horizon.months_ahead <= 12
                then 12
            end as tested_months,
            {% for method in forecast_methods() %}
                at_end.{{ method }} - case
                    when horizon.months_before > 0 then before.{{ method }} else 0
                end as {{ method }} {{- "," if not loop.last }}
            {% endfor %}
        from horizon
        left join
            at_end
            on horizon.indicator_id = at_end.indicator_id
            and horizon.measure = at_end.measure
            and horizon.region_code = at_end.region_code
            and horizon.months_ahead = at_end.months_ahead
        left join
            at_end as before
            on horizon.indicator_id = before.indicator_id
            and horizon.measure = before.measure
            and horizon.region_code = before.region_code
            and horizon.months_before = before.months_ahead
        left join
            forecast_method
            on horizon.indicator_id = forecast_method.indicator_id
            and horizon.measure = forecast_method.measure
            and horizon.region_level = forecast_method.region_level

    ),

    forecasted as (select prepared.*, known_part + {{ forecast_by("prepared", "method") }} as forecast from prepared),

    -- The errors of a level, in scales; the province's with the units'.
    pooled as (

        select
            forecasted.plan_id,
            forecasted.indicator_id,
            forecasted.region_code,
            forecasted.horizon_end,
            count(*) over (
                partition by
                    forecasted.plan_id,
                    forecasted.indicator_id,
                    forecasted.region_code,
                    forecasted.horizon_end,
                    tested.region_code
            ) as origins,
            (tested.actual - {{ forecast_by("tested", "forecasted.tested_method") }})
            / tested.mase_scale
            * forecasted.scale as error,
            forecasted.forecast,
            forecasted.target,
            forecasted.target_kind
        from forecasted
        inner join
            tested
            on forecasted.indicator_id = tested.indicator_id
            and forecasted.measure = tested.measure
            and forecasted.tested_months = tested.months_ahead
            and (
                forecasted.region_level = tested.region_level
                or (forecasted.region_level = 'province' and tested.region_level = 'prefecture')
            )

    ),

    judged as (

        select
            plan_id,
            indicator_id,
            region_code,
            horizon_end,
            list(error order by error) as errors,
            max(origins) as windows,
            avg(
                case
                    when target_kind = 'ceiling'
                    then case when round(forecast + error, 9) <= round(target, 9) then 1 else 0 end
                    when round(forecast + error, 9) >= round(target, 9)
                    then 1
                    else 0
                end
            ) as share_right
        from pooled
        where error is not null and forecast is not null
        group by plan_id, indicator_id, region_code, horizon_end

    )

select
    forecasted.plan_id,
    forecasted.indicator_id,
    forecasted.region_code,
    forecasted.period_end,
    forecasted.horizon_end,
    forecasted.target_kind,
    forecasted.target,
    forecasted.forecast,
    -- limits hold the forecast, on whichever side all errors lie, and keep to what the figure can be
    {% for percent, side in [(80, 10), (95, 40)] %}
        case
            when len(judged.errors) + 1 >= {{ side }}
            then
                least(
                    forecasted.forecast,
                    greatest(
                        forecasted.forecast + {{ lower_limit("judged.errors", side) }},
                        forecasted.low + forecasted.known_part
                    )
                )
        end as low{{ percent }},
        case
            when len(judged.errors) + 1 >= {{ side }}
            then
                greatest(
                    forecasted.forecast,
                    least(forecasted.forecast + {{ upper_limit("judged.errors", side) }}, forecasted.high)
                )
        end as high{{ percent }},
    {% endfor %}
    case when forecasted.forecast is not null then forecasted.method end as method,
    case
        when len(judged.errors) + 1 >= 10 and forecasted.target is not null then judged.share_right
    end as probability_of_target,
    forecasted.mase,
    cast(coalesce(judged.windows, 0) as integer) as windows,
    cast(coalesce(len(judged.errors), 0) as integer) as errors,
    forecasted.definition_version,
    forecasted.maturity,
    forecasted.is_estimate,
    forecasted.is_suppressed,
    1 as method_version
from forecasted
left join
    judged
    on forecasted.plan_id = judged.plan_id
    and forecasted.indicator_id = judged.indicator_id
    and forecasted.region_code = judged.region_code
    and forecasted.horizon_end = judged.horizon_end
