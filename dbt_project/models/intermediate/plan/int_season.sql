-- How far an indicator has come by the end of each month of a year, as a share of the year: the median of the same
-- month over at most the last three complete years before it. Of sums the share that is done, of rates that build up
-- in a year the rate.
with
    definition as (

        select indicator_id, max(case when measure_kind = 'flow' or builds_up_in_year then 1 else 0 end) as has_season
        from {{ ref("indicators") }}
        group by indicator_id

    ),

    indicator_value as (

        select figure.*
        from {{ ref("fct_indicator_value") }} as figure
        inner join definition on figure.indicator_id = definition.indicator_id
        where definition.has_season = 1 and figure.period_type in ('ytd', 'year') and figure.value is not null

    ),

    planned as (select distinct indicator_id from {{ ref("plan_indicators") }}),

    -- A year is complete once it is over; of one that came to nothing there are no shares.
    complete_year as (

        select
            indicator_value.indicator_id,
            indicator_value.region_code,
            extract(year from indicator_value.period_end) as year,
            indicator_value.value
        from indicator_value
        inner join planned on indicator_value.indicator_id = planned.indicator_id
        cross join {{ source("landed", "run") }} as run
        where
            indicator_value.period_type = 'year'
            and indicator_value.period_end < run.as_of
            and indicator_value.value <> 0

    ),

    -- Each year with those before it that it is held against, itself excepted; the year after the last one too.
    held_against as (

        select
            complete_year.indicator_id,
            complete_year.region_code,
            complete_year.year,
            complete_year.value,
            later.year as of_year,
            count(*) over (
                partition by complete_year.indicator_id, complete_year.region_code, later.year
            ) as complete_years
        from complete_year
        inner join
            (
                select distinct cast(extract(year from period_end) as integer) as year from {{ ref("int_plan_month") }}
            ) as later
            on complete_year.year < later.year
        qualify
            row_number() over (
                partition by complete_year.indicator_id, complete_year.region_code, later.year
                order by complete_year.year desc
            )
            <= {{ parameter("path_years") }}

    )

select
    held_against.indicator_id,
    held_against.region_code,
    cast(held_against.of_year as integer) as year,
    cast(extract(month from indicator_value.period_end) as integer) as month,
    cast(least(max(held_against.complete_years), {{ parameter("path_years") }}) as integer) as complete_years,
    median(indicator_value.value / held_against.value) as share_of_year
from held_against
inner join
    indicator_value
    on held_against.indicator_id = indicator_value.indicator_id
    and held_against.region_code = indicator_value.region_code
    and held_against.year = extract(year from indicator_value.period_end)
    and indicator_value.period_type = 'ytd'
group by
    held_against.indicator_id,
    held_against.region_code,
    held_against.of_year,
    extract(month from indicator_value.period_end)
