-- What is due when and published after it: the periods of each indicator from a year before the run's day to a year
-- after. A figure comes out on the first working day after the last of its deliveries is due. What comes less often
-- than the period (a population figure) is not waited for.
with
    definition as (select * from {{ ref("int_definition") }}),

    registry as (select * from {{ source("landed", "extract") }}),

    run as (select * from {{ source("landed", "run") }}),

    calendar_days as (select * from {{ ref("calendar_days") }}),

    indicator_value as (select * from {{ ref("fct_indicator_value") }} where region_level = 'province'),

    month_start as (

        select
            {{ each_month(days_after(year_start("run.as_of"), -366), days_after(year_end("run.as_of"), 366)) }}
            as first_day
        from run

    ),

    period as (

        select 'month' as period_type, 1 as months, first_day as period_start, last_day(first_day) as period_end
        from month_start

        union all

        select 'quarter' as period_type, 3 as months, first_day as period_start, {{ quarter_end("first_day") }}
        from month_start
        where extract(month from first_day) in (1, 4, 7, 10)

        union all

        select 'year' as period_type, 12 as months, first_day as period_start, {{ year_end("first_day") }}
        from month_start
        where extract(month from first_day) = 1

    ),

    asked as (

        select
            definition.indicator_id,
            period.period_type,
            period.period_start,
            period.period_end,
            max({{ days_after("period.period_end", "registry.due_days") }}) as due_on
        from definition
        cross join run
        inner join
            period
            on concat(';', definition.period_types, ';') like concat('%;', period.period_type, ';%')
            and {{ is_in_force("definition", "period.period_end") }}
        inner join
            registry
            on concat(';', definition.source_extracts, ';') like concat('%;', registry.extract, ';%')
            and case registry.cadence when 'monthly' then 1 when 'quarterly' then 3 else 12 end <= period.months
        where
            period.period_end
            between {{ month_end_after("last_day(run.as_of)", -12) }}
            and {{ month_end_after("last_day(run.as_of)", 12) }}
        group by definition.indicator_id, period.period_type, period.period_start, period.period_end

    ),

    -- Beyond the calendar's last year Mondays to Fridays count as working days.
    due as (select distinct due_on from asked),

    release_day as (

        select due.due_on, min(calendar_days.day) as day
        from due
        inner join
            calendar_days
            on calendar_days.is_working
            and calendar_days.day > due.due_on
            and calendar_days.day <= {{ days_after("due.due_on", 15) }}
        group by due.due_on

    ),

    planned as (

        select
            asked.*,
            coalesce(
                release_day.day,
                case
                    extract(isodow from asked.due_on)
                    when 5
                    then {{ days_after("asked.due_on", 3) }}
                    when 6
                    then {{ days_after("asked.due_on", 2) }}
                    else {{ days_after("asked.due_on", 1) }}
                end
            ) as release_on
        from asked
        left join release_day on asked.due_on = release_day.due_on

    )

select
    planned.indicator_id,
    planned.period_type,
    planned.period_start,
    planned.period_end,
    cast(planned.due_on as date) as due_on,
    cast(planned.release_on as date) as release_on,
    indicator_value.maturity,
    case
        when indicator_value.maturity = 'final'
        then 'final'
        when planned.release_on > run.as_of
        then 'upcoming'
        when indicator_value.maturity = 'provisional'
        then 'provisional'
        else 'overdue'
    end as state,
    coalesce(
        planned.release_on = min(case when planned.release_on > run.as_of then planned.release_on end) over (), false
    ) as is_next
from planned
cross join run
left join
    indicator_value
    on planned.indicator_id = indicator_value.indicator_id
    and planned.period_type = indicator_value.period_type
    and planned.period_end = indicator_value.period_end
