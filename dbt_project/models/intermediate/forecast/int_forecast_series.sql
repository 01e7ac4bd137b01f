-- The series that forecasts rest on: of each indicator in view (of the plans that run, else of the newest one) and each
-- region above the counties the published values by which a target is reached. Sums, of the plan or of a year, are made
-- of months; of other targets it is the value that fct_plan_progress compares. A series is of one definition, up to the
-- newest period that is over and that as many units have delivered as any of the year before; a period of fewer units
-- within it has no value.
with
    plans as (select * from {{ ref("plans") }}),

    run as (select * from {{ source("landed", "run") }}),

    begun as (

        select
            plans.plan_id,
            max(plan_month.elapsed_share) < 1 or plans.start_date = max(plans.start_date) over () as is_in_view
        from plans
        inner join {{ ref("int_plan_month") }} as plan_month on plans.plan_id = plan_month.plan_id
        group by plans.plan_id, plans.start_date

    ),

    definition as (

        select
            indicator_id,
            definition_version,
            period_types,
            is_additive_in_time,
            case when not may_be_negative then 0 end as low,
            case when within_100 = 'always' then 100 end as high
        from {{ ref("indicators") }}

    ),

    targeted as (

        select
            definition.*,
            dim_plan_indicator.target_kind,
            {{ forecast_measure("dim_plan_indicator.target_kind", "definition.is_additive_in_time") }} as measure
        from {{ ref("dim_plan_indicator") }} as dim_plan_indicator
        inner join begun on dim_plan_indicator.plan_id = begun.plan_id and begun.is_in_view
        inner join definition on dim_plan_indicator.indicator_id = definition.indicator_id
        where dim_plan_indicator.target is not null

    ),

    asked as (

        select distinct
            indicator_id,
            definition_version,
            measure,
            {{ is_summed("measure") }} as is_sum,
            case
                when {{ is_summed("measure") }}
                then 'month'
                else {{ compared_period_type("target_kind", "period_types") }}
            end as period_type,
            low,
            high
        from targeted

    ),

    delivered as (

        select
            asked.indicator_id,
            asked.measure,
            asked.is_sum,
            figure.region_code,
            figure.region_level,
            asked.period_type,
            asked.low,
            asked.high,
            figure.period_end,
            figure.value,
            figure.definition_version,
            figure.maturity,
            figure.is_estimate,
            figure.is_suppressed,
            -- a period of fewer units than one of the year before is not all there
            figure.reporting_units_received >= max(figure.reporting_units_received) over year_before as is_all_there,
            max_by(figure.definition_version, figure.period_end) over series as last_version
        from asked
        inner join
            {{ ref("fct_indicator_value") }} as figure
            on asked.indicator_id = figure.indicator_id
            and asked.definition_version = figure.definition_version
            and asked.period_type = figure.period_type
        cross join run
        where figure.region_level in ('province', 'prefecture', 'city_group') and figure.period_end < run.as_of
        window
            series as (partition by asked.indicator_id, asked.measure, figure.region_code),
            year_before as (
                partition by asked.indicator_id, asked.measure, figure.region_code
                order by figure.period_end range between interval 1 year preceding and current row
            )

    ),

    ended as (

        select
            delivered.*,
            max(case when is_all_there then period_end end) over (
                partition by indicator_id, measure, region_code
            ) as last_end
        from delivered

    ),

    plan_of_month as (

        select delivered.period_end, max(plans.baseline_date) as baseline_date
        from delivered
        inner join plans on delivered.period_end between plans.start_date and plans.end_date
        group by delivered.period_end

    )

select
    delivered.indicator_id,
    delivered.measure,
    delivered.region_code,
    delivered.region_level,
    case delivered.period_type when 'quarter' then 3 when 'year' then 12 else 1 end as months,
    delivered.is_sum,
    cast(delivered.low as double) as low,
    cast(delivered.high as double) as high,
    delivered.period_end,
    -- of sums, the day before those from which a pace counts: the plan's (the year's), none before the first figure
    case
        when delivered.is_sum
        then
            greatest(
                case
                    delivered.measure
                    when 'plan_sum'
                    then plan_of_month.baseline_date
                    else {{ days_after(year_start("delivered.period_end"), -1) }}
                end,
                {{ days_after(month_of("min(delivered.period_end) over series"), -1) }}
            )
    end as counts_from,
    case when delivered.is_all_there then delivered.value end as value,
    delivered.definition_version,
    delivered.maturity,
    delivered.is_estimate,
    delivered.is_suppressed,
    cast({{ parameter("forecast_min_months") }} as integer) as min_months,
    cast({{ parameter("forecast_origins") }} as integer) as origins
from ended as delivered
left join plan_of_month on delivered.period_end = plan_of_month.period_end
where delivered.period_end <= delivered.last_end and delivered.definition_version = delivered.last_version
window series as (partition by delivered.indicator_id, delivered.measure, delivered.region_code)
