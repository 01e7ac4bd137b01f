-- The delivered periods of an extract in which not the same units of a region were in as twelve months before: none may
-- have been then or now. What the first year of an extract is compared with was never due.
with
    delivery as (select * from {{ ref("int_region_delivery") }}),

    ancestry as (select * from {{ ref("int_region_ancestry") }}),

    regions as (select * from {{ ref("regions") }}),

    -- Which units are in, where not all are.
    incomplete as (

        select
            delivery.extract,
            delivery.region_code,
            delivery.period_end,
            string_agg(unit.region_code, ',' order by unit.region_code) as units
        from delivery
        inner join ancestry on delivery.region_code = ancestry.belongs_to
        inner join regions on ancestry.region_code = regions.region_code and regions.level = 'prefecture'
        inner join
            delivery as unit
            on ancestry.region_code = unit.region_code
            and delivery.extract = unit.extract
            and delivery.period_end = unit.period_end
        where delivery.units_received < delivery.units_expected
        group by delivery.extract, delivery.region_code, delivery.period_end

    ),

    received as (

        select delivery.extract, delivery.region_code, delivery.period_end, coalesce(incomplete.units, 'all') as units
        from delivery
        left join
            incomplete
            on delivery.extract = incomplete.extract
            and delivery.region_code = incomplete.region_code
            and delivery.period_end = incomplete.period_end

    ),

    span as (select extract, min(period_end) as first_end, max(period_end) as last_end from received group by extract)

select
    coalesce(now.extract, before.extract) as extract,
    coalesce(now.region_code, before.region_code) as region_code,
    coalesce(now.period_end, {{ month_end_after("before.period_end", 12) }}) as period_end
from received as now
full outer join
    received as before
    on now.extract = before.extract
    and now.region_code = before.region_code
    and now.period_end = {{ month_end_after("before.period_end", 12) }}
inner join span on coalesce(now.extract, before.extract) = span.extract
where
    now.units is distinct from before.units
    and coalesce(now.period_end, {{ month_end_after("before.period_end", 12) }})
    between {{ month_end_after("span.first_end", 12) }} and span.last_end
