with
    run as (select * from {{ source("landed", "run") }}),

    registry as (select * from {{ source("landed", "extract") }} where cadence = 'monthly'),

    delivery as (

        select
            delivery.extract,
            delivery.region_code,
            delivery.period_start as month_start,
            delivery.period_end as month_end,
            delivery.units_received,
            delivery.units_expected
        from {{ ref("int_region_delivery") }} as delivery
        inner join registry on delivery.extract = registry.extract

    ),

    rolling as (
        select distinct main_extract from {{ ref("int_definition") }} where {{ lists_item("period_types", "r12") }}
    ),

    -- Every month delivered, once for each period it lies in.
    membership as (

        select *, 'month' as period_type, month_start as period_start, month_end as period_end
        from delivery

        union all

        select
            *,
            'quarter' as period_type,
            {{ quarter_start("month_end") }} as period_start,
            {{ quarter_end("month_end") }} as period_end
        from delivery

        union all

        select
            *,
            'year' as period_type,
            {{ year_start("month_end") }} as period_start,
            {{ year_end("month_end") }} as period_end
        from delivery

        union all

        select
            delivery.*,
            'ytd' as period_type,
            {{ year_start("latest.month_end") }} as period_start,
            latest.month_end as period_end
        from delivery
        inner join
            delivery as latest
            on delivery.extract = latest.extract
            and delivery.region_code = latest.region_code
            and delivery.month_start between {{ year_start("latest.month_end") }} and latest.month_end
        cross join run
        where latest.month_start <= run.as_of

        union all

        -- The twelve months that end with a delivered one; see `period` for those that lack one.
        select
            delivery.*,
            'r12' as period_type,
            {{ days_after(month_end_after("latest.month_end", -12), 1) }} as period_start,
            latest.month_end as period_end
        from delivery
        inner join rolling on delivery.extract = rolling.main_extract
        inner join
            delivery as latest
            on delivery.extract = latest.extract
            and delivery.region_code = latest.region_code
            and delivery.month_end > {{ month_end_after("latest.month_end", -12) }}
            and delivery.month_end <= latest.month_end
        cross join run
        where latest.month_start <= run.as_of

    ),

    -- The completeness of several months is the smallest share; of equal shares that of more units.
    summed as (

        select
            extract,
            region_code,
            period_type,
            period_start,
            period_end,
            count(*) as months_delivered,
            max(month_end) as last_month,
            min(
                {{
                    struct_of(
                        share="1.0 * units_received / units_expected",
                        less_expected="- units_expected",
                        units_received="units_received",
                    )
                }}
            ) as least
        from membership
        group by extract, region_code, period_type, period_start, period_end

    ),

    -- A period that is not over is counted up to the last month that anybody delivered, so that units and province
    -- agree.
    period as (

        select
            *,
            case
                period_type
                when 'month'
                then 1
                when 'quarter'
                then 3
                when 'ytd'
                then extract(month from period_end)
                else 12
            end as months_in_period,
            max(last_month) over (partition by extract, period_type, period_end) as last_delivered
        from summed

    )

select
    period.extract,
    period.region_code,
    period.period_type,
    period.period_start,
    period.period_end,
    case when period.period_end >= run.as_of then period.last_delivered else period.period_end end as counted_through,
    period.months_in_period,
    case
        when period.months_delivered < period.months_in_period then 0 else period.least.units_received
    end as units_received,
    case
        when period.months_delivered < period.months_in_period
        then expectation.units_expected
        else - period.least.less_expected
    end as units_expected
from period
cross join run
inner join
    {{ ref("int_region_expectation") }} as expectation
    on period.extract = expectation.extract
    and period.region_code = expectation.region_code
where period.period_start <= run.as_of and (period.period_type <> 'r12' or period.months_delivered = 12)
