-- The month-ends of each plan, as far as the run's day has come, and how much of the plan has gone by.
with
    plans as (select * from {{ ref("plans") }}),

    run as (select * from {{ source("landed", "run") }}),

    month_start as (

        select
            plans.plan_id,
            plans.baseline_date,
            plans.start_date,
            plans.end_date,
            {{ each_month("plans.start_date", "least(plans.end_date, run.as_of)") }} as month_start
        from plans
        cross join run
        where plans.start_date <= run.as_of

    ),

    month_end as (

        select plan_id, baseline_date, start_date, end_date, last_day(month_start) as period_end from month_start

    )

select
    plan_id,
    period_end,
    cast({{ dbt.datediff("start_date", "period_end", "month") }} as integer) + 1 as months_gone,
    cast({{ dbt.datediff("period_end", "end_date", "month") }} as integer) as months_left,
    least(
        1.0,
        greatest(
            0.0,
            cast({{ dbt.datediff("baseline_date", "period_end", "day") }} as double)
            / {{ dbt.datediff("baseline_date", "end_date", "day") }}
        )
    ) as elapsed_share
from month_end
