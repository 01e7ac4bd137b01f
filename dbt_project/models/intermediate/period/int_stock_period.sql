with
    run as (select * from {{ source("landed", "run") }}),

    delivery as (

        select
            delivery.extract,
            delivery.region_code,
            delivery.period_start,
            delivery.period_end,
            delivery.units_received,
            delivery.units_expected,
            registry.cadence
        from {{ ref("int_region_delivery") }} as delivery
        inner join {{ source("landed", "extract") }} as registry on delivery.extract = registry.extract
        cross join run
        where delivery.period_start <= run.as_of

    ),

    -- A quarter or year has the stock of its last delivery, and none without that: none either while that delivery's
    -- own period has not begun.
    period as (

        select extract, region_code, 'month' as period_type, period_start, period_end, units_received, units_expected
        from delivery
        where cadence = 'monthly'

        union all

        select
            extract,
            region_code,
            'quarter' as period_type,
            {{ quarter_start("period_end") }} as period_start,
            period_end,
            units_received,
            units_expected
        from delivery
        where cadence in ('monthly', 'quarterly') and extract(month from period_end) in (3, 6, 9, 12)

        union all

        select
            extract,
            region_code,
            'year' as period_type,
            {{ year_start("period_end") }} as period_start,
            period_end,
            units_received,
            units_expected
        from delivery
        where extract(month from period_end) = 12

    )

select extract, region_code, period_type, period_start, period_end, units_received, units_expected
from period
