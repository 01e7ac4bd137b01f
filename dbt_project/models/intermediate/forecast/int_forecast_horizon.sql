-- What is to be forecast for the plans that run: for each target that was given, what will have been reached by the end
-- of the year and by the end of the plan.
with
    plans as (select * from {{ ref("plans") }}),

    plan_month as (

        select plan_id, max(period_end) as newest_end
        from {{ ref("int_plan_month") }}
        group by plan_id
        having max(elapsed_share) < 1

    ),

    target as (select * from {{ ref("fct_target") }} where basis_of_end <> 'proposed'),

    progress as (select * from {{ ref("fct_plan_progress") }}),

    series as (

        select
            indicator_id,
            measure,
            region_code,
            region_level,
            months,
            min_months,
            max(low) as low,
            max(high) as high,
            max(period_end) as period_end,
            max(definition_version) as definition_version,
            case
                when count(*) = count(case when maturity = 'final' then 1 end) then 'final' else 'provisional'
            end as maturity,
            max(case when is_estimate then 1 else 0 end) = 1 as is_estimate
        from {{ ref("int_forecast_series") }}
        group by indicator_id, measure, region_code, region_level, months, min_months

    ),

    -- A target that was revised is that of the newest month.
    asked as (

        select
            target.plan_id,
            target.indicator_id,
            target.region_code,
            target.target_kind,
            target.period_end as horizon_end,
            case when target.period_end = plans.end_date then latest.target else target.target_value end as target,
            {{ forecast_measure("target.target_kind", "definition.is_additive_in_time") }} as measure,
            case
                when target.target_kind = 'cumulative'
                then plans.baseline_date
                else {{ days_after(year_start("target.period_end"), -1) }}
            end as counts_from,
            plan_month.newest_end
        from target
        inner join plans on target.plan_id = plans.plan_id
        inner join plan_month on target.plan_id = plan_month.plan_id
        inner join
            {{ ref("int_definition") }} as definition
            on target.indicator_id = definition.indicator_id
            and {{ is_in_force("definition", "plan_month.newest_end") }}
        inner join
            progress as latest
            on target.plan_id = latest.plan_id
            and target.indicator_id = latest.indicator_id
            and target.region_code = latest.region_code
            and plan_month.newest_end = latest.period_end
        where target.period_end in (plans.end_date, {{ year_end("plan_month.newest_end") }})

    ),

    year_to_date as (select * from {{ ref("fct_indicator_value") }} where period_type = 'ytd')

select
    asked.plan_id,
    asked.indicator_id,
    asked.region_code,
    asked.horizon_end,
    asked.measure,
    asked.target_kind,
    asked.target,
    coalesce(series.period_end, asked.newest_end) as period_end,
    series.region_level,
    series.months,
    series.min_months,
    series.low,
    series.high,
    -- what of a sum is known already: nothing of one that begins later
    case
        when not {{ is_summed("asked.measure") }} or asked.counts_from >= series.period_end
        then 0
        when asked.measure = 'plan_sum'
        then reached.actual
        else year_to_date.value
    end as known_part,
    coalesce(reached.is_suppressed, false) as is_suppressed,
    {{ dbt.datediff("series.period_end", "asked.horizon_end", "month") }} as months_ahead,
    -- of a sum that begins later, the months before it
    case
        when {{ is_summed("asked.measure") }} and asked.counts_from > series.period_end
        then {{ dbt.datediff("series.period_end", "asked.counts_from", "month") }}
        else 0
    end as months_before,
    series.definition_version,
    series.maturity,
    coalesce(series.is_estimate, false) as is_estimate
from asked
left join
    series
    on asked.indicator_id = series.indicator_id
    and asked.measure = series.measure
    and asked.region_code = series.region_code
left join
    progress as reached
    on asked.plan_id = reached.plan_id
    and asked.indicator_id = reached.indicator_id
    and asked.region_code = reached.region_code
    and series.period_end = reached.period_end
left join
    year_to_date
    on asked.indicator_id = year_to_date.indicator_id
    and asked.region_code = year_to_date.region_code
    and series.period_end = year_to_date.period_end
where asked.horizon_end > coalesce(series.period_end, asked.newest_end)
