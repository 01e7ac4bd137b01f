-- What was due against what came, joined both ways: what never came stands here by name.
with
    dump as (select * from {{ source("landed", "dump") }}),

    registry as (select * from {{ source("landed", "extract") }}),

    run as (select * from {{ source("landed", "run") }}),

    regions as (select * from {{ ref("regions") }}),

    delivery as (select * from {{ ref("int_region_delivery") }}),

    unit as (select region_code from regions where is_reporting_unit),

    province as (select region_code from regions where level = 'province'),

    province_dump as (select dump.* from dump inner join province on dump.unit_code = province.region_code),

    first_delivered as (

        select dump.extract, min(dump.period_start) as first_day
        from dump
        inner join regions on dump.unit_code = regions.region_code
        where regions.level <> 'nation'
        group by dump.extract

    ),

    -- An extract is due from the period that its contract states, else once somebody in the province has begun to
    -- deliver it; the national figures' dumps set no calendar.
    first_period as (

        select registry.extract, coalesce(registry.due_from, first_delivered.first_day) as first_day
        from registry
        left join first_delivered on registry.extract = first_delivered.extract

    ),

    month_start as (

        select first_period.extract, {{ each_month("first_period.first_day", "run.as_of") }} as month_start
        from first_period
        cross join run
        where first_period.first_day <= run.as_of

    ),

    calendar as (

        select
            registry.extract,
            registry.delivered_by,
            month_start.month_start as period_start,
            case
                registry.cadence
                when 'monthly'
                then last_day(month_start.month_start)
                when 'quarterly'
                then {{ quarter_end("month_start.month_start") }}
                else {{ year_end("month_start.month_start") }}
            end as period_end
        from month_start
        inner join registry on month_start.extract = registry.extract
        where
            registry.cadence = 'monthly'
            or (registry.cadence = 'quarterly' and extract(month from month_start.month_start) in (1, 4, 7, 10))
            or (registry.cadence = 'annual' and extract(month from month_start.month_start) = 1)

    ),

    due as (

        select
            calendar.extract,
            calendar.delivered_by,
            calendar.period_start,
            calendar.period_end,
            province_dump.dump_id is not null as province_delivered
        from calendar
        cross join run
        left join
            province_dump on calendar.extract = province_dump.extract and calendar.period_end = province_dump.period_end
        where calendar.period_end <= run.as_of

    ),

    expected as (

        select due.extract, unit.region_code as unit_code, due.period_start, due.period_end
        from due
        cross join unit
        where due.delivered_by = 'units' or (due.delivered_by = 'either' and not due.province_delivered)

        union all

        select due.extract, province.region_code as unit_code, due.period_start, due.period_end
        from due
        cross join province
        where due.delivered_by = 'province' or (due.delivered_by = 'either' and due.province_delivered)

    ),

    received as (

        select extract, unit_code, period_start, period_end, revision, landed_at, first_landed_at
        from dump

        union all

        -- A dump of the province delivers for the units that it has rows of, where they sent none themselves.
        select
            delivery.extract,
            delivery.region_code as unit_code,
            delivery.period_start,
            delivery.period_end,
            province_dump.revision,
            province_dump.landed_at,
            province_dump.first_landed_at
        from delivery
        inner join unit on delivery.region_code = unit.region_code
        inner join
            province_dump on delivery.extract = province_dump.extract and delivery.period_end = province_dump.period_end
        left join
            dump as own_dump
            on delivery.extract = own_dump.extract
            and delivery.period_end = own_dump.period_end
            and delivery.region_code = own_dump.unit_code
        where own_dump.dump_id is null

    ),

    matched as (

        select
            coalesce(expected.extract, received.extract) as extract,
            coalesce(expected.unit_code, received.unit_code) as unit_code,
            coalesce(expected.period_start, received.period_start) as period_start,
            coalesce(expected.period_end, received.period_end) as period_end,
            expected.extract is not null as expected,
            received.extract is not null as received,
            received.revision,
            received.landed_at,
            {{ local_day("received.first_landed_at") }} as first_landed_on
        from expected
        full outer join
            received
            on expected.extract = received.extract
            and expected.unit_code = received.unit_code
            and expected.period_end = received.period_end

    ),

    dated as (

        select
            registry.source,
            matched.extract,
            matched.unit_code,
            matched.period_start,
            matched.period_end,
            matched.expected,
            matched.received,
            matched.revision,
            {{ local_time("matched.landed_at") }} as landed_at,
            cast({{ days_after("matched.period_end", "registry.due_days") }} as date) as due_on,
            least(coalesce(matched.first_landed_on, run.as_of), run.as_of) as counted_to
        from matched
        inner join registry on matched.extract = registry.extract
        cross join run

    )

select
    source,
    extract,
    unit_code,
    period_start,
    period_end,
    expected,
    received,
    revision,
    landed_at,
    due_on,
    cast(greatest(0, {{ dbt.datediff("due_on", "counted_to", "day") }}) as integer) as days_late
from dated
