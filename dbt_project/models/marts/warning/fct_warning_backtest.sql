-- What each signal would have been worth at each threshold, of the province and the units: whether it rose in the
-- months
-- before the quarters of the highest registered unemployment rate, and how often it rose without one. A signal of a
-- month rests on nothing that was dated later.
with
    signal as (select * from {{ ref("fct_warning_signal") }}),

    region as (select region_code from {{ ref("regions") }} where level in ('province', 'prefecture')),

    rate as (

        select signal.domain, signal.region_code, signal.period_end, signal.x
        from signal
        inner join region on signal.region_code = region.region_code
        where signal.signal_id = 'registered_rate' and signal.x is not null

    ),

    parameter as (

        select
            {{ parameter("warning_event_share") }} as event_share,
            cast({{ parameter("warning_event_months") }} as integer) as event_months
    ),

    -- The worst tenth of a region's quarters, at least one of ten.
    event as (

        select domain, region_code, period_end
        from
            (
                select
                    rate.*,
                    parameter.event_share,
                    rank() over (partition by domain, region_code order by x desc) as place,
                    count(*) over (partition by domain, region_code) as quarters
                from rate
                cross join parameter
            ) as placed
        where place <= event_share * quarters

    ),

    known as (

        select domain, region_code, min(period_end) as first_end, max(period_end) as last_end
        from rate
        group by domain, region_code

    ),

    threshold as (select unnest(['yellow', 'orange', 'red']) as threshold, unnest([1, 2, 3]) as least),

    month as (

        select
            signal.domain,
            signal.signal_id,
            threshold.threshold,
            signal.region_code,
            signal.period_end,
            case signal.level when 'red' then 3 when 'orange' then 2 when 'yellow' then 1 else 0 end
            >= threshold.least as is_alarm,
            signal.is_estimate
        from signal
        inner join known on signal.domain = known.domain and signal.region_code = known.region_code
        cross join threshold
        where
            signal.level in ('red', 'orange', 'yellow', 'blue')
            and signal.period_end <= known.last_end
            and signal.period_end >= known.first_end

    ),

    judged as (

        select
            month.domain,
            month.signal_id,
            month.threshold,
            event.region_code,
            event.period_end,
            min(case when month.is_alarm then month.period_end end) as first_alarm
        from event
        cross join parameter
        inner join
            month
            on event.domain = month.domain
            and event.region_code = month.region_code
            and month.period_end <= event.period_end
            and {{ dbt.datediff("month.period_end", "event.period_end", "month") }} < parameter.event_months
        group by month.domain, month.signal_id, month.threshold, event.region_code, event.period_end

    ),

    -- Alarms that follow one another within a quarter are one; of one that may still be followed by an event nothing
    -- is said yet.
    raised as (

        select *
        from
            (
                select
                    *,
                    lag(is_alarm, 1, false) over of_region
                    and {{ dbt.datediff("lag(period_end, 1, period_end) over of_region", "period_end", "month") }}
                    <= 3 as was_alarm
                from month
                window of_region as (partition by domain, signal_id, threshold, region_code order by period_end)
            ) as with_before
        where is_alarm and not was_alarm

    ),

    unfounded as (

        select raised.domain, raised.signal_id, raised.threshold, count(*) as false_alarms
        from raised
        cross join parameter
        inner join known on raised.domain = known.domain and raised.region_code = known.region_code
        left join
            event
            on raised.domain = event.domain
            and raised.region_code = event.region_code
            and event.period_end >= raised.period_end
            and {{ dbt.datediff("raised.period_end", "event.period_end", "month") }} < parameter.event_months
        where
            event.region_code is null
            and {{ dbt.datediff("raised.period_end", "known.last_end", "month") }} >= parameter.event_months - 1
        group by raised.domain, raised.signal_id, raised.threshold

    ),

    told as (

        select
            domain,
            signal_id,
            threshold,
            count(first_alarm) as hits,
            count(*) - count(first_alarm) as misses,
            median({{ dbt.datediff("first_alarm", "period_end", "month") }}) as lead_months_median
        from judged
        group by domain, signal_id, threshold

    ),

    span as (

        select
            domain,
            signal_id,
            threshold,
            max(period_end) as period_end,
            count(*) as months_judged,
            bool_or(is_estimate) as is_estimate
        from month
        group by domain, signal_id, threshold

    )

select
    span.domain,
    span.signal_id,
    span.threshold,
    span.period_end,
    cast(span.months_judged as bigint) as months_judged,
    cast(coalesce(told.hits, 0) as bigint) as hits,
    cast(coalesce(told.misses, 0) as bigint) as misses,
    cast(coalesce(unfounded.false_alarms, 0) as bigint) as false_alarms,
    cast(told.lead_months_median as double) as lead_months_median,
    'final' as maturity,
    span.is_estimate,
    false as is_suppressed,
    1 as method_version
from span
left join told on span.domain = told.domain and span.signal_id = told.signal_id and span.threshold = told.threshold
left join
    unfounded
    on span.domain = unfounded.domain
    and span.signal_id = unfounded.signal_id
    and span.threshold = unfounded.threshold
