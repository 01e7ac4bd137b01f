-- What has been reached, per plan, indicator, region and month-end, from published values alone: nothing can be derived
-- from a suppressed one. Cumulative: the published months from the plan's first to this one; a month that was not
-- delivered adds nothing and keeps the sum provisional, a suppressed one leaves every later sum of the plan unknown.
with
    target as (select * from {{ ref("int_plan_target") }} where is_of_the_plan),

    plan_month as (select * from {{ ref("int_plan_month") }}),

    definition as (select * from {{ ref("int_definition") }}),

    indicator_value as (select * from {{ ref("fct_indicator_value") }}),

    certainty as (select * from {{ ref("int_indicator_certainty") }}),

    asked as (

        select
            target.plan_id,
            target.indicator_id,
            target.region_code,
            target.target_kind,
            plan_month.period_end,
            plan_month.months_gone,
            {{ compared_period_type("target.target_kind", "definition.period_types") }} as period_type,
            case
                when target.target_kind <> 'annual_level' or extract(month from plan_month.period_end) = 12
                then plan_month.period_end
                else {{ days_after(year_start("plan_month.period_end"), -1) }}
            end as value_end,
            case
                when target.target_kind = 'level' then {{ month_end_after("plan_month.period_end", -12) }}
            end as year_before_end
        from target
        inner join plan_month on target.plan_id = plan_month.plan_id
        left join
            definition
            on target.indicator_id = definition.indicator_id
            and {{ is_in_force("definition", "plan_month.period_end") }}

    ),

    found as (

        select
            asked.plan_id,
            asked.indicator_id,
            asked.region_code,
            asked.target_kind,
            asked.period_end,
            asked.months_gone,
            asked.period_type,
            asked.value_end,
            this_one.value,
            this_one.value_text,
            this_one.maturity,
            this_one.is_estimate,
            case when asked.target_kind <> 'cumulative' then this_one.denominator end as denominator,
            certainty.standard_error,
            certainty.too_uncertain,
            coalesce(this_one.is_suppressed, false) as is_suppressed,
            year_before.value as value_a_year_before
        from asked
        left join
            indicator_value as this_one
            on asked.indicator_id = this_one.indicator_id
            and asked.region_code = this_one.region_code
            and asked.period_type = this_one.period_type
            and asked.value_end = this_one.period_end
        left join
            certainty
            on asked.indicator_id = certainty.indicator_id
            and asked.region_code = certainty.region_code
            and asked.period_type = certainty.period_type
            and asked.value_end = certainty.period_end
        left join
            indicator_value as year_before
            on asked.indicator_id = year_before.indicator_id
            and asked.region_code = year_before.region_code
            and asked.period_type = year_before.period_type
            and asked.year_before_end = year_before.period_end

    ),

    running as (

        select
            found.*,
            sum(value) over plan_to_date as sum_of_months,
            sum(case when maturity = 'final' then 1 else 0 end) over plan_to_date as final_months,
            max(case when is_suppressed then 1 else 0 end) over plan_to_date = 1 as has_suppressed_month,
            max(case when is_estimate then 1 else 0 end) over plan_to_date = 1 as has_estimated_month,
            sqrt(sum(standard_error * standard_error) over plan_to_date) as error_of_months,
            max(case when too_uncertain and standard_error is null then 1 else 0 end) over plan_to_date
            = 1 as has_sampled_zero
        from found
        window
            plan_to_date as (
                partition by plan_id, indicator_id, region_code
                order by period_end
                rows between unbounded preceding and current row
            )

    ),

    reached as (

        select
            running.*,
            case
                when target_kind <> 'cumulative' then value when not has_suppressed_month then sum_of_months
            end as actual
        from running

    )

select
    plan_id,
    indicator_id,
    region_code,
    period_end,
    actual,
    value_text as actual_text,
    value_a_year_before as actual_a_year_before,
    denominator,
    case
        when actual is null and value_text is null
        then null
        when target_kind <> 'cumulative'
        then maturity
        when final_months = months_gone
        then 'final'
        else 'provisional'
    end as maturity,
    case when target_kind = 'cumulative' then has_suppressed_month else is_suppressed end as is_suppressed,
    case when target_kind = 'cumulative' then has_estimated_month else coalesce(is_estimate, false) end as is_estimate,
    -- of a sum the squared errors of its months add; months of which a sample had no row have none
    case
        when actual is null
        then null
        when target_kind <> 'cumulative'
        then coalesce(too_uncertain, false)
        else
            coalesce(error_of_months > {{ parameter("max_cv") }} * abs(actual), false)
            or (actual = 0 and has_sampled_zero)
    end as too_uncertain,
    period_type as value_period_type,
    value_end
from reached
