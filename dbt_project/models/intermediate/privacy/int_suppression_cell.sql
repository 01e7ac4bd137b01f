-- Every county figure of a count of persons, laid out for suppression as a stretch between two points of a running
-- total: its line, which is one count's in one county (county_line; unit_line of its unit) within a span of time.
-- Within
-- a calendar year the months of a flow add up, so a month, a quarter and a year to date are all differences of the
-- total
-- reached at two month-ends. What does not add up (a stock, a rate at a day) has one stretch per day, from 0 to 1. Only
-- the years and days of a unit in which some figure is small are here: elsewhere there is nothing to hide.
with
    indicator as (select * from {{ ref("int_indicator_unioned") }}),

    indicators as (select * from {{ ref("indicators") }}),

    regions as (select * from {{ ref("regions") }}),

    run as (select * from {{ source("landed", "run") }}),

    -- Indicators that publish the same count are one family: what one hides the other must hide too.
    cell as (

        select
            indicators.count_family,
            regions.parent_code as unit_code,
            indicator.region_code,
            indicator.period_type,
            indicator.period_end,
            indicators.is_additive_in_time,
            max(coalesce(indicator.observations, 0)) as observations,
            max(case when indicator.observations between 1 and run.suppression_threshold - 1 then 1 else 0 end)
            = 1 as is_small
        from indicator
        inner join
            indicators
            on indicator.indicator_id = indicators.indicator_id
            and indicator.definition_version = indicators.definition_version
        inner join regions on indicator.region_code = regions.region_code
        cross join run
        where indicators.is_person_based and regions.level = 'county'
        group by
            indicators.count_family,
            regions.parent_code,
            indicator.region_code,
            indicator.period_type,
            indicator.period_end,
            indicators.is_additive_in_time

    ),

    laid_out as (

        select
            cell.*,
            case when is_additive_in_time then {{ year_end("period_end") }} else period_end end as span_end,
            case
                when not is_additive_in_time
                then 0
                when period_type = 'month'
                then extract(month from period_end) - 1
                when period_type = 'quarter'
                then extract(month from period_end) - 3
                else 0
            end as from_month,
            case when is_additive_in_time then extract(month from period_end) else 1 end as to_month
        from cell

    ),

    lined_up as (

        select
            laid_out.*,
            {{ suppression_line("unit_code") }} as unit_line,
            {{ suppression_line("region_code") }} as county_line
        from laid_out

    ),

    small_somewhere as (select distinct unit_line from lined_up where is_small),

    stretch as (

        select lined_up.* from lined_up inner join small_somewhere on lined_up.unit_line = small_somewhere.unit_line

    ),

    unit_stretch as (

        select unit_line, period_type, from_month, to_month
        from stretch
        group by unit_line, period_type, from_month, to_month
        having sum(observations) > 0

    ),

    -- A month in which the whole unit counted nothing, or that nobody delivered, moves no total: its two ends are one
    -- point.
    month_point as (select unit_line, to_month as point from unit_stretch where period_type = 'month'),

    -- What a longer period counts although none of its months does (the month itself was not delivered) ends in a point
    -- too.
    longer_point as (

        select distinct unit_stretch.unit_line, unit_stretch.to_month as point
        from unit_stretch
        left join
            month_point
            on unit_stretch.unit_line = month_point.unit_line
            and unit_stretch.from_month < month_point.point
            and unit_stretch.to_month >= month_point.point
        where unit_stretch.period_type <> 'month' and month_point.point is null

    ),

    point as (

        select unit_line, point
        from month_point
        union
        select unit_line, point
        from longer_point

    ),

    bound as (

        select unit_line, from_month as month_number
        from stretch
        union
        select unit_line, to_month as month_number
        from stretch

    ),

    bound_point as (

        select bound.unit_line, bound.month_number, coalesce(max(point.point), 0) as point
        from bound
        left join point on bound.unit_line = point.unit_line and bound.month_number >= point.point
        group by bound.unit_line, bound.month_number

    )

select
    stretch.count_family,
    stretch.region_code,
    stretch.period_type,
    stretch.period_end,
    stretch.unit_line,
    stretch.county_line,
    cast(start_point.point as integer) as from_point,
    cast(end_point.point as integer) as to_point,
    stretch.observations,
    stretch.is_small
from stretch
inner join
    bound_point as start_point
    on stretch.unit_line = start_point.unit_line
    and stretch.from_month = start_point.month_number
inner join
    bound_point as end_point on stretch.unit_line = end_point.unit_line and stretch.to_month = end_point.month_number
