-- The plan's commitments against their reports, by window: of a yearly one each calendar year, of one that comes every
-- two years each pair of years, of all the plan as a whole. A report says whether its figure is of the year or since
-- the beginning; where it does not, it is what the commitment asks for.
with
    plan_tasks as (select * from {{ ref("plan_tasks") }}),

    run as (select * from {{ source("landed", "run") }}),

    delivered as (

        select
            task_id,
            period_end,
            cast(done_value as double) as done_value,
            basis,
            row_number() over (partition by task_id, period_end order by revision desc, unit_code asc) as preference
        from {{ ref("stg_planning__plan_task_report") }}

    ),

    task as (

        select
            plan_tasks.*,
            coalesce(parent.task_id is null and plan_tasks.parent_task is not null, false) as has_parents_reports,
            round(
                case when plan_tasks.direction = 'about' then 1 - coalesce(plan_tasks.tolerance, 0) else 1 end
                * plan_tasks.target,
                9
            ) as threshold
        from plan_tasks
        left join plan_tasks as parent on plan_tasks.parent_task = parent.task_id

    ),

    -- A part of what is no commitment of its own any more has the reports of the whole, where it has none itself.
    report as (

        select
            task.task_id,
            delivered.period_end,
            delivered.done_value,
            coalesce(delivered.basis, case task.basis when 'annual' then 'year' else 'since_start' end) as basis,
            row_number() over (
                partition by task.task_id, delivered.period_end
                order by case when delivered.task_id = task.task_id then 0 else 1 end
            ) as preference
        from task
        cross join run
        inner join
            delivered
            on delivered.preference = 1
            and delivered.period_end between task.starts_on and last_day(run.as_of)
            and (
                delivered.task_id = task.task_id or (task.has_parents_reports and delivered.task_id = task.parent_task)
            )

    ),

    -- A total since the beginning, and the years reported after it.
    numbered as (

        select
            *,
            sum(case when basis = 'since_start' then 1 else 0 end) over (
                partition by task_id order by period_end
            ) as totals_before
        from report
        where preference = 1

    ),

    total as (

        select
            task_id,
            period_end,
            basis,
            done_value,
            coalesce(
                max(case when basis = 'since_start' then done_value end) over (partition by task_id, totals_before),
                0
            ) + coalesce(
                sum(case when basis = 'year' then done_value end) over (
                    partition by task_id, totals_before order by period_end
                ),
                0
            ) as done_since_start
        from numbered

    ),

    before as (

        select
            *,
            lag(done_since_start) over (partition by task_id order by period_end) as done_before,
            lag(period_end) over (partition by task_id order by period_end) as reported_before
        from total

    ),

    -- What a year added cannot be told from totals where the year before was not reported.
    of_year as (

        select
            before.task_id,
            before.period_end,
            before.done_since_start,
            case
                when before.basis = 'year'
                then before.done_value
                when before.reported_before is null
                then
                    case
                        when extract(year from before.period_end) = extract(year from task.starts_on)
                        then before.done_since_start
                    end
                when extract(year from before.period_end) = extract(year from before.reported_before) + 1
                then before.done_since_start - before.done_before
            end as done_in_year
        from before
        inner join task on before.task_id = task.task_id

    ),

    month_start as (

        select task.*, {{ each_month("task.starts_on", "task.due_on") }} as first_day
        from task
        where task.cadence in ('yearly', 'every_two_years')

    ),

    year_of_task as (

        select
            *,
            extract(year from first_day) as first_year,
            extract(year from first_day) + case cadence when 'yearly' then 0 else 1 end as last_year
        from month_start
        where
            extract(month from first_day) = 1
            and (cadence = 'yearly' or (extract(year from first_day) - extract(year from starts_on)) % 2 = 0)

    ),

    -- Of two years of which the second lies beyond the plan, nothing is due.
    short_window as (

        select
            year_of_task.task_id,
            cast(first_year as {{ dbt.type_string() }}) || case
                when last_year > first_year and last_year <= extract(year from due_on)
                then '-' || cast(last_year as {{ dbt.type_string() }})
                else ''
            end as task_window,
            first_day as starts_on,
            case
                when last_year <= extract(year from due_on) then {{ year_end("make_date(last_year, 1, 1)") }}
            end as due_on,
            target,
            threshold,
            direction,
            sum(of_year.done_in_year) as done,
            sum(case when of_year.task_id is null then 0 else 1 end) = last_year - first_year + 1 as is_reported
        from year_of_task
        cross join run
        left join
            of_year
            on year_of_task.task_id = of_year.task_id
            and extract(year from of_year.period_end) between first_year and last_year
        where first_day <= run.as_of
        group by year_of_task.task_id, first_year, last_year, first_day, due_on, target, threshold, direction

    ),

    judged_window as (

        select
            short_window.*,
            coalesce(short_window.due_on <= run.as_of, false) as is_due,
            coalesce(
                case
                    when direction = 'at_most'
                    then is_reported and round(done, 9) <= threshold
                    else round(done, 9) >= threshold
                end,
                false
            ) as is_met
        from short_window
        cross join run

    ),

    years as (

        select
            task_id,
            sum(case when is_due then 1 else 0 end) as years_due,
            sum(case when is_due and is_met then 1 else 0 end) as years_met
        from judged_window
        group by task_id

    ),

    reached as (

        select
            of_year.task_id,
            of_year.period_end,
            of_year.done_since_start,
            case
                when task.direction = 'at_most'
                then round(of_year.done_since_start, 9) <= task.threshold
                else round(of_year.done_since_start, 9) >= task.threshold
            end as is_reached,
            row_number() over (partition by of_year.task_id order by of_year.period_end desc) as newest
        from of_year
        inner join task on of_year.task_id = task.task_id

    ),

    whole as (

        select
            task_id,
            max(case when newest = 1 then period_end end) as last_reported_on,
            max(case when newest = 1 then done_since_start end) as done,
            bool_or(newest = 1 and is_reached) as is_reached,
            min(case when is_reached then period_end end) as first_reached_on
        from reached
        group by task_id

    ),

    paced as (

        select
            task.task_id,
            whole.last_reported_on,
            whole.done,
            whole.is_reached,
            whole.first_reached_on,
            round(
                whole.done
                / nullif(task.target, 0)
                / nullif(
                    least(
                        1.0,
                        cast({{ dbt.datediff("task.starts_on", "whole.last_reported_on", "day") }} + 1 as double)
                        / ({{ dbt.datediff("task.starts_on", "task.due_on", "day") }} + 1)
                    ),
                    0
                ),
                9
            ) as pace
        from task
        inner join whole on task.task_id = whole.task_id

    ),

    said as (

        select
            task_id,
            task_window,
            starts_on,
            due_on,
            target,
            done,
            done / nullif(target, 0) as ratio,
            case
                when is_met and (direction <> 'at_most' or is_due)
                then 'met'
                when not is_due
                then 'open'
                when not is_reported or done is null
                then 'no_data'
                else 'short'
            end as status,
            cast(null as integer) as years_met,
            cast(null as integer) as years_due,
            cast(null as date) as last_reported_on
        from judged_window

        union all

        select
            task.task_id,
            'plan' as task_window,
            task.starts_on,
            task.due_on,
            task.target,
            case when years.task_id is null then paced.done end as done,
            case
                when years.task_id is null
                then paced.done / nullif(task.target, 0)
                else cast(years.years_met as double) / nullif(years.years_due, 0)
            end as ratio,
            case
                when paced.task_id is null
                then 'no_data'
                when years.task_id is not null
                then
                    case
                        when years.years_due = 0
                        then 'open'
                        when years.years_met = years.years_due
                        then 'met'
                        else 'short'
                    end
                when task.direction = 'at_most'
                then
                    case
                        when paced.last_reported_on < task.due_on and paced.is_reached
                        then 'on_track'
                        when paced.last_reported_on < task.due_on
                        then 'off_track'
                        when paced.is_reached
                        then 'met'
                        else 'missed'
                    end
                when paced.is_reached and paced.first_reached_on <= task.due_on
                then 'met'
                when paced.is_reached
                then 'met_late'
                when paced.last_reported_on >= task.due_on
                then 'missed'
                when task.kind = 'milestone'
                then 'open'
                when paced.pace >= 1
                then 'on_track'
                when paced.pace >= 0.9
                then 'at_risk'
                else 'off_track'
            end as status,
            cast(years.years_met as integer) as years_met,
            cast(years.years_due as integer) as years_due,
            paced.last_reported_on
        from task
        cross join run
        left join years on task.task_id = years.task_id
        left join paced on task.task_id = paced.task_id
        where task.starts_on <= run.as_of

    )

select
    task.plan_id,
    said.task_id,
    said.task_window as {{ adapter.quote("window") }},
    said.starts_on,
    said.due_on,
    said.target,
    said.done,
    said.ratio,
    said.status,
    said.years_met,
    said.years_due,
    said.last_reported_on,
    task.kind,
    task.direction,
    task.tolerance,
    task.tolerance is null or task.confirmed_on is not null as is_confirmed,
    task.basis,
    task.cadence,
    task.unit,
    task.place,
    task.quote,
    task.parent_task
from said
inner join task on said.task_id = task.task_id
