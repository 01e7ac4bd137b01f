-- Each component of the composite indices by quarter and year: the figure, what it is held against, what it counts.
-- Within
-- a year the figure is that since the year began, or of the twelve months that end with the quarter: the year is its
-- fourth quarter. A figure that is withheld is a missing one.
with
    run as (select * from {{ source("landed", "run") }}),

    regions as (select * from {{ ref("regions") }} where level <> 'nation'),

    peers as (select * from {{ ref("region_peer_group") }}),

    target as (select * from {{ ref("fct_target") }}),

    path as (select * from {{ ref("fct_plan_path") }}),

    season as (select * from {{ ref("int_season") }}),

    measure as (select * from {{ ref("int_index_measure") }}),

    parameter as (

        select
            {{ parameter("index_min_weight") }} as min_weight,
            {{ parameter("index_z_floor") }} as z_floor,
            {{ parameter("index_score_beyond") }} as beyond,
            {{ parameter("path_min_years") }} as min_years

    ),

    quarter as (

        select distinct figure.period_end
        from {{ ref("fct_indicator_value") }} as figure
        cross join run
        where figure.period_type = 'quarter' and figure.period_end <= run.as_of

    ),

    asked as (

        select component.*, quarter.period_end, regions.region_code, peers.peer_group
        from {{ ref("index_component") }} as component
        inner join quarter on component.in_force_from <= quarter.period_end
        cross join regions
        left join peers on regions.region_code = peers.region_code
        qualify component.version = max(component.version) over (partition by component.index_id, quarter.period_end)

    ),

    found as (

        select
            asked.*,
            coalesce(figure.value, measure.value) as actual,
            measure.numerator,
            measure.denominator,
            growth.change_yoy_pct,
            -- what the year's target asks by then; a sum by the course of earlier years, as in fct_plan_path
            case
                target.target_kind
                when 'cumulative'
                then
                    target.year_value * coalesce(
                        case when own.complete_years >= parameter.min_years then own.share_of_year end,
                        case when province.complete_years >= parameter.min_years then province.share_of_year end,
                        {{ share_of_days("asked.period_end") }}
                    )
                else coalesce(path.expected_value, target.target_value)
            end as expected_value,
            coalesce(certainty.too_uncertain, measure.too_uncertain, false) as too_uncertain,
            coalesce(figure.maturity, measure.maturity) as maturity,
            coalesce(figure.is_estimate, measure.is_estimate, false) as is_estimate,
            coalesce(figure.is_suppressed, measure.is_suppressed, false) as is_suppressed
        from asked
        cross join parameter
        left join
            {{ ref("fct_indicator_value") }} as figure
            on asked.indicator_id = figure.indicator_id
            and asked.region_code = figure.region_code
            and asked.period_type = figure.period_type
            and asked.period_end = figure.period_end
        left join
            {{ ref("int_indicator_certainty") }} as certainty
            on asked.indicator_id = certainty.indicator_id
            and asked.region_code = certainty.region_code
            and asked.period_type = certainty.period_type
            and asked.period_end = certainty.period_end
        left join
            {{ ref("fct_indicator_growth") }} as growth
            on case asked.compare when 'yoy' then asked.indicator_id end = growth.indicator_id
            and asked.region_code = growth.region_code
            and asked.period_type = growth.period_type
            and asked.period_end = growth.period_end
        left join
            measure
            on asked.sql_measure = measure.measure
            and asked.region_code = measure.region_code
            and asked.period_end = measure.period_end
        left join
            target
            on asked.indicator_id = target.indicator_id
            and asked.region_code = target.region_code
            and extract(year from asked.period_end) = target.target_year
        left join
            path
            on target.plan_id = path.plan_id
            and asked.indicator_id = path.indicator_id
            and asked.region_code = path.region_code
            and asked.period_end = path.period_end
        left join
            season as own
            on asked.indicator_id = own.indicator_id
            and asked.region_code = own.region_code
            and extract(year from asked.period_end) = own.year
            and extract(month from asked.period_end) = own.month
        left join
            season as province
            on asked.indicator_id = province.indicator_id
            and province.region_code = '420000'
            and extract(year from asked.period_end) = province.year
            and extract(month from asked.period_end) = province.month

    ),

    valued as (

        select
            *,
            case
                compare
                when 'annual_attainment'
                then 100 * actual / nullif(expected_value, 0)
                when 'yoy'
                then change_yoy_pct
                else actual
            end as value
        from found

    ),

    marked as (

        select
            valued.*,
            least(1, greatest(parameter.z_floor, (value - goal_low) / (goal_high - goal_low))) as z,
            case
                when value is null
                then null
                when compare = 'annual_attainment'
                then least(greatest(value / 100, 0), cap)
                when compare = 'level' and expected_value > 0
                then
                    least(
                        1,
                        greatest(
                            0,
                            1
                            - case direction when 'lower' then actual - expected_value else expected_value - actual end
                            / (parameter.beyond * expected_value)
                        )
                    )
            end as points,
            sum(case when value is not null then weight else 0 end) over one_index as present_weight,
            max(case when value is not null and too_uncertain then 1 else 0 end) over one_index
            = 1 as is_uncertain_index,
            max(case when value is not null or is_suppressed then 1 else 0 end) over one_index = 1 as is_told
        from valued
        cross join parameter
        window one_index as (partition by index_id, region_code, period_end)

    ),

    -- What is asked of nobody counts in the score as in the index.
    weighed as (

        select
            marked.* replace (case when value is not null then coalesce(points, z) end as points),
            round(present_weight, 9) >= parameter.min_weight as has_index,
            case
                when value is not null and round(present_weight, 9) >= parameter.min_weight then weight / present_weight
            end as effective_weight
        from marked
        cross join parameter
        where is_told

    )

select
    now.index_id,
    now.component_id,
    now.indicator_id,
    now.region_code,
    now.peer_group,
    kind.period_type,
    case
        kind.period_type when 'year' then {{ year_start("now.period_end") }} else {{ quarter_start("now.period_end") }}
    end as period_start,
    now.period_end,
    now.actual,
    now.expected_value,
    now.numerator,
    now.denominator,
    now.value,
    now.goal_low,
    now.goal_high,
    now.direction,
    now.compare,
    case when now.value is not null then now.z end as z,
    now.points,
    now.weight,
    now.effective_weight,
    100 * now.effective_weight * now.z as contribution,
    100 * now.effective_weight * now.points as score_contribution,
    case
        when now.has_index and before.has_index
        then 100 * (coalesce(now.effective_weight * now.z, 0) - coalesce(before.effective_weight * before.z, 0))
    end as contribution_change,
    case
        when now.value is not null
        then null
        when now.is_suppressed
        then 'suppressed'
        when now.compare = 'annual_attainment' and now.actual is not null
        then 'no_target'
        else 'no_data'
    end as missing,
    now.value is not null and now.too_uncertain as too_uncertain,
    now.has_index and not now.is_uncertain_index and now.peer_group is not null as is_ranked,
    now.version as index_version,
    now.maturity,
    now.is_estimate,
    now.is_suppressed,
    1 as method_version
from weighed as now
left join
    weighed as before
    on now.index_id = before.index_id
    and now.version = before.version
    and now.component_id = before.component_id
    and now.region_code = before.region_code
    and before.period_end = {{ month_end_after("now.period_end", -12) }}
inner join
    (
        select 'quarter' as period_type
        union all
        select 'year' as period_type
    ) as kind
    on kind.period_type = 'quarter'
    or extract(month from now.period_end) = 12
