-- What each unit, and the province, still has to deliver: what is overdue, and of each extract what comes next. By the
-- rules of fct_reporting_completeness, but of what is landed, so that it holds where nothing was built. Reads the
-- temporary tables unit and covered: the units that the province's own dumps have rows of.
with
    first_delivered as (
        select extract, min(period_start) as first_day from landed.dump where unit_code <> $nation group by extract
    ),
    calendar as (
        select
            registry.extract,
            registry.cadence,
            registry.delivered_by,
            registry.due_days,
            unnest(
                generate_series(
                    coalesce(registry.due_from, first_delivered.first_day)::timestamp,
                    $as_of::timestamp,
                    interval 1 month
                )
            )::date as period_start
        from landed.extract as registry
        left join first_delivered using (extract)
    ),
    ended as (
        select
            *,
            case
                cadence
                when 'monthly'
                then last_day(period_start)
                when 'quarterly'
                then last_day(period_start + interval 2 month)
                else last_day(period_start + interval 11 month)
            end as period_end
        from calendar
        where
            cadence = 'monthly'
            or (cadence = 'quarterly' and month(period_start) in (1, 4, 7, 10))
            or (cadence = 'annual' and month(period_start) = 1)
    ),
    province as (select extract, period_end, dump_id from landed.dump where unit_code = $province),
    asked as (
        select ended.*, unit.unit_code
        from ended
        cross join unit
        where ended.delivered_by <> 'province'
        union all
        select *, $province as unit_code
        from ended
        where delivered_by = 'province'
    ),
    lacking as (
        select asked.*, (asked.period_end + asked.due_days)::date as due_on
        from asked
        left join
            landed.dump as own
            on asked.extract = own.extract
            and asked.period_end = own.period_end
            and asked.unit_code = own.unit_code
        left join province on asked.extract = province.extract and asked.period_end = province.period_end
        left join covered on province.dump_id = covered.dump_id and asked.unit_code = covered.unit_code
        where
            own.dump_id is null
            and covered.dump_id is null
            and not (asked.delivered_by = 'either' and province.dump_id is not null)
    )
select
    lacking.unit_code,
    lacking.extract,
    lacking.period_start,
    lacking.period_end,
    lacking.due_on,
    lacking.due_on < $as_of as is_overdue,
    lacking.delivered_by = 'either' as may_be_provinces
from lacking
where lacking.due_on >= $open_since
qualify
    is_overdue
    or row_number() over (partition by lacking.unit_code, lacking.extract, is_overdue order by lacking.due_on) = 1
order by is_overdue desc, lacking.due_on, lacking.extract, lacking.unit_code
