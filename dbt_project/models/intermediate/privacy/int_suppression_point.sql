-- The points of counties' running totals that are withheld, so that no small figure can be worked out from what
-- remains. Withholding a point hides every figure that begins or ends there. Hence: each small figure has at least
-- one withheld end, and a point that is withheld in one county is withheld in at least one more of its unit. Then one
-- county's total at that point can be raised and the other's lowered by the same amount, and nothing that is
-- published changes: no arithmetic on it, within a county's year or across the counties of a unit, gives the hidden
-- figure. One thing cannot be helped: where a single county of a unit counted anything at all, the unit's figure is
-- that county's, and units are published.
with cell as (

    select * from {{ ref('int_suppression_cell') }}
    where from_point < to_point

),

cell_end as (

    select
        count_family,
        unit_code,
        region_code,
        span_end,
        from_point as point,
        to_point as other_point,
        observations
    from cell
    where from_point > 0

    union all

    select
        count_family,
        unit_code,
        region_code,
        span_end,
        to_point as point,
        from_point as other_point,
        observations
    from cell

),

nearest as (

    select
        count_family,
        unit_code,
        region_code,
        span_end,
        point,
        sum(observations) as hidden_observations,
        max(case when other_point < point then other_point end) as point_before,
        min(case when other_point > point then other_point end) as point_after
    from cell_end
    group by
        count_family,
        unit_code,
        region_code,
        span_end,
        point

),

-- Counts are not negative: a total can be lowered only if something was counted before the point, and raised only if
-- something is counted after it (or the year ends there).
reach as (

    select
        nearest.count_family,
        nearest.unit_code,
        nearest.region_code,
        nearest.span_end,
        nearest.point,
        nearest.hidden_observations,
        coalesce(
            max(case when cell_end.other_point = nearest.point_before then cell_end.observations end) > 0, false
        ) as can_fall,
        nearest.point_after is null
        or max(case when cell_end.other_point = nearest.point_after then cell_end.observations end) > 0 as can_rise
    from nearest
    inner join cell_end
        on
            nearest.count_family = cell_end.count_family
            and nearest.region_code = cell_end.region_code
            and nearest.span_end = cell_end.span_end
            and nearest.point = cell_end.point
    group by
        nearest.count_family,
        nearest.unit_code,
        nearest.region_code,
        nearest.span_end,
        nearest.point,
        nearest.hidden_observations,
        nearest.point_after

),

county_point as (

    select
        reach.*,
        can_fall or can_rise as can_move
    from reach

),

small_cell as (

    select * from cell
    where is_small

),

-- The beginning of the year is known to be 0, so what begins there can only be hidden at its end.
compelled as (

    select distinct
        count_family,
        region_code,
        span_end,
        to_point as point
    from small_cell
    where from_point = 0

),

-- Elsewhere the end that can move and whose withholding hides the fewer observations; on a tie the later, since the
-- earlier may be out already.
chosen as (

    select
        small_cell.count_family,
        small_cell.unit_code,
        small_cell.region_code,
        small_cell.span_end,
        small_cell.period_type,
        small_cell.period_end,
        small_cell.observations,
        case
            when small_cell.from_point = 0 or compelled_end.point is not null then small_cell.to_point
            when compelled_start.point is not null then small_cell.from_point
            when at_start.can_move and not at_end.can_move then small_cell.from_point
            when at_end.can_move and not at_start.can_move then small_cell.to_point
            when at_start.hidden_observations < at_end.hidden_observations then small_cell.from_point
            else small_cell.to_point
        end as point
    from small_cell
    left join compelled as compelled_start
        on
            small_cell.count_family = compelled_start.count_family
            and small_cell.region_code = compelled_start.region_code
            and small_cell.span_end = compelled_start.span_end
            and small_cell.from_point = compelled_start.point
    left join compelled as compelled_end
        on
            small_cell.count_family = compelled_end.count_family
            and small_cell.region_code = compelled_end.region_code
            and small_cell.span_end = compelled_end.span_end
            and small_cell.to_point = compelled_end.point
    left join county_point as at_start
        on
            small_cell.count_family = at_start.count_family
            and small_cell.region_code = at_start.region_code
            and small_cell.span_end = at_start.span_end
            and small_cell.from_point = at_start.point
    left join county_point as at_end
        on
            small_cell.count_family = at_end.count_family
            and small_cell.region_code = at_end.region_code
            and small_cell.span_end = at_end.span_end
            and small_cell.to_point = at_end.point

),

ranked_choice as (

    select
        chosen.*,
        row_number() over (
            partition by count_family, region_code, span_end, point
            order by
                observations,
                case period_type when 'month' then 1 when 'quarter' then 2 when 'ytd' then 3 else 4 end,
                period_end
        ) as preference
    from chosen

),

-- With the small figure that a point is withheld for: its period is the one whose other counties are considered.
withheld as (

    select
        ranked_choice.count_family,
        ranked_choice.unit_code,
        ranked_choice.region_code,
        ranked_choice.span_end,
        ranked_choice.point,
        ranked_choice.period_type,
        ranked_choice.period_end,
        county_point.can_fall,
        county_point.can_rise
    from ranked_choice
    inner join county_point
        on
            ranked_choice.count_family = county_point.count_family
            and ranked_choice.region_code = county_point.region_code
            and ranked_choice.span_end = county_point.span_end
            and ranked_choice.point = county_point.point
    where ranked_choice.preference = 1

),

-- Each other county of the unit at that point, and whether the two could move against each other.
pairing as (

    select
        withheld.count_family,
        withheld.unit_code,
        withheld.region_code,
        withheld.span_end,
        withheld.point,
        withheld.period_type,
        withheld.period_end,
        other.region_code as other_code,
        already.region_code is not null as is_withheld,
        (withheld.can_fall and other.can_rise) or (withheld.can_rise and other.can_fall) as can_move
    from withheld
    inner join county_point as other
        on
            withheld.count_family = other.count_family
            and withheld.unit_code = other.unit_code
            and withheld.span_end = other.span_end
            and withheld.point = other.point
            and withheld.region_code <> other.region_code
    left join withheld as already
        on
            other.count_family = already.count_family
            and other.region_code = already.region_code
            and other.span_end = already.span_end
            and other.point = already.point

),

company as (

    select
        count_family,
        region_code,
        span_end,
        point,
        max(case when is_withheld then 1 else 0 end) = 1 as has_another,
        max(case when is_withheld and can_move then 1 else 0 end) = 1 as has_enough
    from pairing
    group by
        count_family,
        region_code,
        span_end,
        point

),

-- Who is withheld besides: the smallest figure of the same period, ties by code, among those that can move; failing
-- these any, if the county would otherwise stand alone.
candidate as (

    select
        pairing.count_family,
        pairing.unit_code,
        pairing.other_code as region_code,
        pairing.span_end,
        pairing.point,
        row_number() over (
            partition by pairing.count_family, pairing.region_code, pairing.span_end, pairing.point
            order by
                case when pairing.can_move then 0 else 1 end,
                coalesce(cell.observations, 0),
                pairing.other_code
        ) as preference
    from pairing
    inner join company
        on
            pairing.count_family = company.count_family
            and pairing.region_code = company.region_code
            and pairing.span_end = company.span_end
            and pairing.point = company.point
    left join cell
        on
            pairing.count_family = cell.count_family
            and pairing.other_code = cell.region_code
            and pairing.period_type = cell.period_type
            and pairing.period_end = cell.period_end
    where
        not company.has_enough
        and not pairing.is_withheld
        and (pairing.can_move or not company.has_another)

)

select
    count_family,
    unit_code,
    region_code,
    span_end,
    point
from withheld

union

select
    count_family,
    unit_code,
    region_code,
    span_end,
    point
from candidate
where preference = 1
