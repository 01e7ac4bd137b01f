-- Every county figure of a count of persons, and what int_suppression_count adds, laid out for suppression as a stretch
-- between two cuts of a running total: its series, which is one count's in one county (county_series; unit_series of
-- its unit) within a span of time. Within a calendar year the months of a flow add up, so a month, a quarter and a year
-- to date are all differences of the total reached at two month-ends. What does not add up (a stock, a rate at a day)
-- has one stretch per day, from 0 to 1. Only the years and days of a unit in which some figure of a count, of its whole
-- or of a part of it is small are here: elsewhere there is nothing to hide. What stood open in an earlier release and
-- is the same today is known, whatever is published now.
with
    indicator as (select * from {{ ref("int_indicator_unioned") }}),

    indicators as (select * from {{ ref("indicators") }}),

    regions as (select * from {{ ref("regions") }}),

    run as (select * from {{ source("landed", "run") }}),

    published_cell as (select * from {{ source("landed", "published_cell") }}),

    other_count as (select * from {{ ref("int_suppression_count") }}),

    -- A part (of which ...) and its whole tell of each other: they are looked at together.
    family as (

        select distinct own.count_family, coalesce(whole.count_family, own.count_family) as whole_family
        from indicators as own
        left join indicators as whole on own.part_of = whole.indicator_id

        union all

        select distinct count_family, count_family as whole_family
        from other_count

    ),

    known as (

        select distinct indicator.indicator_id, indicator.region_code, indicator.period_type, indicator.period_end
        from published_cell
        inner join
            indicator
            on published_cell.indicator_id = indicator.indicator_id
            and published_cell.region_code = indicator.region_code
            and published_cell.period_type = indicator.period_type
            and published_cell.period_end = indicator.period_end
        where
            abs(published_cell.numerator - indicator.numerator) <= 1e-6
            -- Releases before December 2026 kept no numerators.
            or (published_cell.numerator is null and abs(published_cell.value - indicator.value) <= 1e-9)

    ),

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
            = 1 as is_small,
            max(case when known.indicator_id is not null then 1 else 0 end) = 1 as is_known
        from indicator
        inner join
            indicators
            on indicator.indicator_id = indicators.indicator_id
            and indicator.definition_version = indicators.definition_version
        inner join regions on indicator.region_code = regions.region_code
        cross join run
        left join
            known
            on indicator.indicator_id = known.indicator_id
            and indicator.region_code = known.region_code
            and indicator.period_type = known.period_type
            and indicator.period_end = known.period_end
        where indicators.is_person_based and indicators.in_force_from is not null and regions.level = 'county'
        group by
            indicators.count_family,
            regions.parent_code,
            indicator.region_code,
            indicator.period_type,
            indicator.period_end,
            indicators.is_additive_in_time

        union all

        select
            other_count.count_family,
            other_count.unit_code,
            other_count.region_code,
            other_count.period_type,
            other_count.period_end,
            false as is_additive_in_time,
            other_count.observations,
            coalesce(other_count.fewest < run.suppression_threshold, false) as is_small,
            other_count.is_known
        from other_count
        cross join run

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

        select laid_out.*, family.whole_family
        from laid_out
        inner join family on laid_out.count_family = family.count_family

    ),

    small_somewhere as (select distinct whole_family, unit_code, span_end from lined_up where is_small),

    stretch as (

        select
            lined_up.*,
            {{ suppression_series("lined_up.unit_code") }} as unit_series,
            {{ suppression_series("lined_up.region_code") }} as county_series
        from lined_up
        inner join
            small_somewhere
            on lined_up.whole_family = small_somewhere.whole_family
            and lined_up.unit_code = small_somewhere.unit_code
            and lined_up.span_end = small_somewhere.span_end

    ),

    unit_stretch as (

        select unit_series, period_type, from_month, to_month
        from stretch
        group by unit_series, period_type, from_month, to_month
        having sum(observations) > 0

    ),

    -- A month in which the whole unit counted nothing, or that nobody delivered, moves no total: its two ends are
    -- one cut.
    month_cut as (select unit_series, to_month as cut from unit_stretch where period_type = 'month'),

    -- What a longer period counts although none of its months does (the month itself was not delivered) ends in a
    -- cut too.
    longer_cut as (

        select distinct unit_stretch.unit_series, unit_stretch.to_month as cut
        from unit_stretch
        left join
            month_cut
            on unit_stretch.unit_series = month_cut.unit_series
            and unit_stretch.from_month < month_cut.cut
            and unit_stretch.to_month >= month_cut.cut
        where unit_stretch.period_type <> 'month' and month_cut.cut is null

    ),

    cut as (

        select unit_series, cut
        from month_cut
        union
        select unit_series, cut
        from longer_cut

    ),

    bound as (

        select unit_series, from_month as month_number
        from stretch
        union
        select unit_series, to_month as month_number
        from stretch

    ),

    bound_cut as (

        select bound.unit_series, bound.month_number, coalesce(max(cut.cut), 0) as cut
        from bound
        left join cut on bound.unit_series = cut.unit_series and bound.month_number >= cut.cut
        group by bound.unit_series, bound.month_number

    )

select
    stretch.count_family,
    stretch.region_code,
    stretch.period_type,
    stretch.period_end,
    stretch.whole_family,
    stretch.unit_series,
    stretch.county_series,
    cast(start_cut.cut as integer) as from_cut,
    cast(end_cut.cut as integer) as to_cut,
    stretch.observations,
    stretch.is_small,
    stretch.is_known
from stretch
inner join
    bound_cut as start_cut
    on stretch.unit_series = start_cut.unit_series
    and stretch.from_month = start_cut.month_number
inner join bound_cut as end_cut on stretch.unit_series = end_cut.unit_series and stretch.to_month = end_cut.month_number
