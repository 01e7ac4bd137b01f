-- Every county figure of a count of persons, laid out for suppression as a stretch between two points of a running
-- total. Within a calendar year the months of a flow add up, so a month, a quarter and a year to date are all
-- differences of the total reached at two month-ends. What does not add up (a stock, a rate at a day) has one stretch
-- per day, from 0 to 1. Only the years and days of a unit in which some figure is small are here: elsewhere there is
-- nothing to hide.
with
    indicator as (select * from {{ ref("int_indicator_unioned") }}),

    indicators as (select * from {{ ref("indicators") }}),

    regions as (select * from {{ ref("regions") }}),

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
            max(case when indicator.observations between 1 and {{ var("suppression_threshold") }} - 1 then 1 else 0 end)
            = 1 as is_small
        from indicator
        inner join
            indicators
            on indicator.indicator_id = indicators.indicator_id
            and indicator.definition_version = indicators.definition_version
        inner join regions on indicator.region_code = regions.region_code
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
            count_family,
            unit_code,
            region_code,
            period_type,
            period_end,
            observations,
            is_small,
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

    small_somewhere as (select distinct count_family, unit_code, span_end from laid_out where is_small),

    stretch as (

        select laid_out.*
        from laid_out
        inner join
            small_somewhere
            on laid_out.count_family = small_somewhere.count_family
            and laid_out.unit_code = small_somewhere.unit_code
            and laid_out.span_end = small_somewhere.span_end

    ),

    unit_stretch as (

        select count_family, unit_code, span_end, period_type, from_month, to_month
        from stretch
        group by count_family, unit_code, span_end, period_type, from_month, to_month
        having sum(observations) > 0

    ),

    -- A month in which the whole unit counted nothing, or that nobody delivered, moves no total: its two ends are one
    -- point.
    month_point as (

        select count_family, unit_code, span_end, to_month as point from unit_stretch where period_type = 'month'

    ),

    -- What a longer period counts although none of its months does (the month itself was not delivered) ends in a point
    -- too.
    longer_point as (

        select distinct
            unit_stretch.count_family, unit_stretch.unit_code, unit_stretch.span_end, unit_stretch.to_month as point
        from unit_stretch
        left join
            month_point
            on unit_stretch.count_family = month_point.count_family
            and unit_stretch.unit_code = month_point.unit_code
            and unit_stretch.span_end = month_point.span_end
            and unit_stretch.from_month < month_point.point
            and unit_stretch.to_month >= month_point.point
        where unit_stretch.period_type <> 'month' and month_point.point is null

    ),

    point as (

        select count_family, unit_code, span_end, point
        from month_point
        union
        select count_family, unit_code, span_end, point
        from longer_point

    ),

    bound as (

        select count_family, unit_code, span_end, from_month as month_number
        from stretch
        union
        select count_family, unit_code, span_end, to_month as month_number
        from stretch

    ),

    bound_point as (

        select
            bound.count_family,
            bound.unit_code,
            bound.span_end,
            bound.month_number,
            coalesce(max(point.point), 0) as point
        from bound
        left join
            point
            on bound.count_family = point.count_family
            and bound.unit_code = point.unit_code
            and bound.span_end = point.span_end
            and bound.month_number >= point.point
        group by bound.count_family, bound.unit_code, bound.span_end, bound.month_number

    )

select
    stretch.count_family,
    stretch.unit_code,
    stretch.region_code,
    stretch.period_type,
    stretch.period_end,
    stretch.span_end,
    cast(start_point.point as integer) as from_point,
    cast(end_point.point as integer) as to_point,
    stretch.observations,
    stretch.is_small
from stretch
inner join
    bound_point as start_point
    on stretch.count_family = start_point.count_family
    and stretch.unit_code = start_point.unit_code
    and stretch.span_end = start_point.span_end
    and stretch.from_month = start_point.month_number
inner join
    bound_point as end_point
    on stretch.count_family = end_point.count_family
    and stretch.unit_code = end_point.unit_code
    and stretch.span_end = end_point.span_end
    and stretch.to_month = end_point.month_number
