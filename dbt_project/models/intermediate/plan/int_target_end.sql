-- What each plan asks of each region by its end: what was given and, where nothing was, a proposal. Of what adds up the
-- unit's share of the province's target, by its figure of the last year that is over; a county's share of its unit's
-- alike. Of rates the target of the region above or, of a level that should rise, the same share of the way to 100.
with
    plans as (select * from {{ ref("plans") }}),

    plan_indicator as (select * from {{ ref("dim_plan_indicator") }} where target is not null),

    regions as (select * from {{ ref("regions") }} where level in ('province', 'prefecture', 'county')),

    plan_target as (select * from {{ ref("int_plan_target") }} where is_of_the_plan),

    annual_plan as (select * from {{ ref("int_annual_plan") }}),

    run as (select * from {{ source("landed", "run") }}),

    population as (select * from {{ ref("dim_population") }}),

    yearly as (select * from {{ ref("fct_indicator_value") }} where period_type = 'year'),

    asked as (

        select
            plan_indicator.plan_id,
            plan_indicator.indicator_id,
            regions.region_code,
            regions.level,
            regions.parent_code,
            plan_indicator.target_kind,
            plan_indicator.measure_kind in ('flow', 'stock') as is_additive,
            plan_indicator.target_kind = 'level'
            and plan_indicator.measure_kind not in ('flow', 'stock')
            and coalesce(plan_indicator.target > plan_indicator.baseline, false) as is_rising_share,
            coalesce(plan_indicator.attribute = 'binding', false) as is_binding,
            plan_indicator.baseline as baseline_of_plan,
            plans.baseline_date,
            extract(year from plans.end_date) as end_year,
            -- of the years that are over, the plan's and those before it
            least(
                extract(year from plans.end_date),
                extract(year from {{ days_after("run.as_of", -1) }}) - case
                    when {{ days_after("run.as_of", -1) }} = {{ year_end(days_after("run.as_of", -1)) }} then 0 else 1
                end
            ) as last_year
        from plan_indicator
        inner join plans on plan_indicator.plan_id = plans.plan_id
        cross join regions
        cross join run

    ),

    given as (

        select
            asked.plan_id,
            asked.indicator_id,
            asked.region_code,
            cast(coalesce(plan_target.target, annual_plan.target) as decimal(28, 10)) as target,
            case
                when plan_target.target is null
                then 'annual_plan'
                when asked.level = 'province'
                then 'plan'
                else 'allocated'
            end as basis
        from asked
        left join
            plan_target
            on asked.plan_id = plan_target.plan_id
            and asked.indicator_id = plan_target.indicator_id
            and asked.region_code = plan_target.region_code
        left join
            annual_plan
            on asked.plan_id = annual_plan.plan_id
            and asked.indicator_id = annual_plan.indicator_id
            and asked.region_code = annual_plan.region_code
            and asked.end_year = annual_plan.target_year
            and asked.target_kind <> 'cumulative'
        where coalesce(plan_target.target, annual_plan.target) is not null

    ),

    figure as (

        select
            asked.plan_id,
            asked.indicator_id,
            asked.region_code,
            asked.level,
            asked.parent_code,
            yearly.value,
            yearly.maturity,
            yearly.is_estimate,
            yearly.is_suppressed,
            yearly.period_end
        from asked
        inner join
            yearly
            on asked.indicator_id = yearly.indicator_id
            and asked.region_code = yearly.region_code
            and extract(year from yearly.period_end) <= asked.last_year
        where asked.is_additive

    ),

    -- All regions below the same one are weighed by the same year.
    newest as (

        select plan_id, indicator_id, level, parent_code, max(period_end) as period_end
        from figure
        group by plan_id, indicator_id, level, parent_code

    ),

    people as (

        select asked.plan_id, asked.indicator_id, asked.region_code, max_by(resident_population, year) as people
        from asked
        inner join population on asked.region_code = population.region_code and population.year <= asked.last_year
        where asked.is_additive
        group by asked.plan_id, asked.indicator_id, asked.region_code

    ),

    start as (

        select
            asked.plan_id,
            asked.indicator_id,
            asked.region_code,
            yearly.value as own_start,
            yearly.maturity as start_maturity,
            yearly.is_estimate as start_is_estimate
        from asked
        inner join
            yearly
            on asked.indicator_id = yearly.indicator_id
            and asked.region_code = yearly.region_code
            and asked.baseline_date = yearly.period_end
        where asked.is_rising_share

    ),

    known as (

        select
            asked.*,
            given.target as given_target,
            given.basis as given_basis,
            count(given.target) over siblings > 0 as has_given_sibling,
            figure.value,
            people.people,
            extract(year from newest.period_end) as newest_year,
            start.own_start,
            case
                when asked.is_rising_share
                then start.start_maturity
                when newest.period_end is null
                then null
                when count(*) over siblings = count(case when figure.maturity = 'final' then 1 end) over siblings
                then 'final'
                else 'provisional'
            end as maturity,
            coalesce(
                case
                    when asked.is_rising_share
                    then start.start_is_estimate
                    else max(case when figure.is_estimate then 1 end) over siblings = 1
                end,
                false
            ) as is_estimate,
            -- what is withheld of one county must not be read off its target: then all are weighed by population
            coalesce(sum(greatest(figure.value, 0)) over siblings, 0) > 0
            and coalesce(max(case when figure.is_suppressed then 1 end) over siblings, 0) = 0 as is_by_figure
        from asked
        left join
            given
            on asked.plan_id = given.plan_id
            and asked.indicator_id = given.indicator_id
            and asked.region_code = given.region_code
        left join
            newest
            on asked.plan_id = newest.plan_id
            and asked.indicator_id = newest.indicator_id
            and asked.level = newest.level
            and asked.parent_code = newest.parent_code
        left join
            figure
            on asked.plan_id = figure.plan_id
            and asked.indicator_id = figure.indicator_id
            and asked.region_code = figure.region_code
            and newest.period_end = figure.period_end
        left join
            people
            on asked.plan_id = people.plan_id
            and asked.indicator_id = people.indicator_id
            and asked.region_code = people.region_code
        left join
            start
            on asked.plan_id = start.plan_id
            and asked.indicator_id = start.indicator_id
            and asked.region_code = start.region_code
        window siblings as (partition by asked.plan_id, asked.indicator_id, asked.level, asked.parent_code)

    ),

    weighed as (

        select
            known.*,
            case
                when is_additive
                then {{ whole_weight("coalesce(case when is_by_figure then value else people end, 0)") }}
            end as share
        from known

    ),

    at_province as (

        select
            weighed.*, given_target as target, given_basis as basis, 'printed' as method, cast(null as double) as weight
        from weighed
        where level = 'province'

    ),

    {% for level, above in [("prefecture", "at_province"), ("county", "at_prefecture")] %}

        below_{{ above }} as (

            select
                weighed.*,
                above.target as target_above,
                case when above.level = 'province' then above.baseline_of_plan else above.own_start end as start_above,
                power(
                    10,
                    greatest(
                        {{ target_decimals("above.target") }},
                        max({{ target_decimals("coalesce(weighed.given_target, 0)") }}) over siblings
                    )
                ) as parts_of_one,
                sum(weighed.share) over siblings as share_of_all,
                sum(case when weighed.given_target is null then weighed.share end) over siblings as whole_weight,
                sum(weighed.given_target) over siblings as given_of_all
            from weighed
            inner join
                {{ above }} as above
                on weighed.plan_id = above.plan_id
                and weighed.indicator_id = above.indicator_id
                and weighed.parent_code = above.region_code
            where weighed.level = '{{ level }}'
            window siblings as (partition by weighed.plan_id, weighed.indicator_id, weighed.parent_code)

        ),

        shared_{{ above }} as (

            select
                part.plan_id,
                part.indicator_id,
                part.region_code,
                {{ largest_remainder("part", "part.plan_id, part.indicator_id, part.parent_code") }} as parts
            from
                (
                    select
                        *,
                        share as weight,
                        cast(greatest(target_above - coalesce(given_of_all, 0), 0) * parts_of_one as hugeint) as amount
                    from below_{{ above }}
                    where given_target is null and is_additive and whole_weight > 0
                ) as part

        ),

        at_{{ level }} as (

            select
                below.* exclude (target_above, start_above, parts_of_one, share_of_all, whole_weight, given_of_all),
                case
                    when below.given_target is not null
                    then below.given_target
                    when below.is_additive
                    then shared.parts / below.parts_of_one
                    when
                        below.has_given_sibling
                        or not below.is_rising_share
                        or below.own_start is null
                        or below.start_above is null
                        or below.start_above >= 100
                    then below.target_above
                    when below.own_start >= 100
                    then below.own_start
                    else
                        below.own_start
                        + (below.target_above - below.start_above) * (100 - below.own_start) / (100 - below.start_above)
                end as target,
                coalesce(below.given_basis, 'proposed') as basis,
                case
                    when below.given_target is not null
                    then 'delivered'
                    when below.is_additive
                    then case when below.is_by_figure then 'share_of_last_year' else 'share_of_population' end
                    when below.has_given_sibling or not below.is_rising_share or below.own_start is null
                    then 'target_above'
                    else 'share_of_way'
                end as method,
                case
                    when below.is_additive then cast(below.share as double) / nullif(below.share_of_all, 0)
                end as weight
            from below_{{ above }} as below
            left join
                shared_{{ above }} as shared
                on below.plan_id = shared.plan_id
                and below.indicator_id = shared.indicator_id
                and below.region_code = shared.region_code

        ),

    {% endfor %}

    at_any as (

        select *
        from at_province
        union all by name
        select *
        from at_prefecture
        union all by name
        select *
        from at_county

    )

select
    plan_id,
    indicator_id,
    region_code,
    target_kind,
    is_additive,
    is_binding,
    case when level = 'province' then baseline_of_plan end as baseline,
    target,
    basis,
    method,
    weight,
    case when method = 'share_of_last_year' then cast(newest_year as integer) end as weight_year,
    case when method in ('share_of_last_year', 'share_of_way') then maturity end as maturity,
    method in ('share_of_last_year', 'share_of_way') and is_estimate as is_estimate
from at_any
where target is not null
