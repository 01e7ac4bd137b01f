-- The points of counties' running totals that are withheld, so that no small figure can be worked out from what
-- remains. Withholding a point hides every figure that begins or ends there. Hence: each small figure has at least
-- one withheld end, and a point that is withheld in one county is withheld in at least one more of its unit. Then one
-- county's total there can be lowered and the other's raised by the same amount, and nothing that is published changes:
-- no arithmetic on it, within a county's year or across the counties of a unit, gives the hidden figure. Counts are not
-- negative, and everybody knows it: so the one must have counted something just before, and the other something just
-- after (or the year ends there). Where no other county can move at that point, one is withheld at every point up to
-- the first at which it can.
with
    cell as (select * from {{ ref("int_suppression_cell") }} where from_point < to_point),

    cell_end as (

        select unit_line, county_line, from_point as point, to_point as other_point, observations
        from cell
        where from_point > 0

        union all

        select unit_line, county_line, to_point as point, from_point as other_point, observations
        from cell

    ),

    nearest as (

        select
            unit_line,
            county_line,
            point,
            sum(observations) as hidden_observations,
            max(case when other_point < point then other_point end) as point_before,
            min(case when other_point > point then other_point end) as point_after
        from cell_end
        group by unit_line, county_line, point

    ),

    -- Counts are not negative: a total can be lowered only if something was counted before the point, and raised only
    -- if something is counted after it (or the year ends there).
    reach as (

        select
            nearest.unit_line,
            nearest.county_line,
            nearest.point,
            nearest.hidden_observations,
            coalesce(
                max(case when cell_end.other_point = nearest.point_before then cell_end.observations end) > 0, false
            ) as can_fall,
            nearest.point_after is null
            or max(case when cell_end.other_point = nearest.point_after then cell_end.observations end) > 0 as can_rise
        from nearest
        inner join cell_end on nearest.county_line = cell_end.county_line and nearest.point = cell_end.point
        group by nearest.unit_line, nearest.county_line, nearest.point, nearest.hidden_observations, nearest.point_after

    ),

    county_point as (select reach.*, can_fall or can_rise as can_move from reach),

    small_cell as (select * from cell where is_small),

    -- The beginning of the year is known to be 0, so what begins there can only be hidden at its end.
    compelled as (select distinct county_line, to_point as point from small_cell where from_point = 0),

    -- Elsewhere the end that can move and whose withholding hides the fewer observations; on a tie the later, since the
    -- earlier may be out already.
    chosen as (

        select
            small_cell.unit_line,
            small_cell.county_line,
            small_cell.period_type,
            small_cell.period_end,
            small_cell.to_point,
            small_cell.observations,
            case
                when small_cell.from_point = 0 or compelled_end.point is not null
                then small_cell.to_point
                when compelled_start.point is not null
                then small_cell.from_point
                when at_start.can_move and not at_end.can_move
                then small_cell.from_point
                when at_end.can_move and not at_start.can_move
                then small_cell.to_point
                when at_start.hidden_observations < at_end.hidden_observations
                then small_cell.from_point
                else small_cell.to_point
            end as point
        from small_cell
        left join
            compelled as compelled_start
            on small_cell.county_line = compelled_start.county_line
            and small_cell.from_point = compelled_start.point
        left join
            compelled as compelled_end
            on small_cell.county_line = compelled_end.county_line
            and small_cell.to_point = compelled_end.point
        left join
            county_point as at_start
            on small_cell.county_line = at_start.county_line
            and small_cell.from_point = at_start.point
        left join
            county_point as at_end on small_cell.county_line = at_end.county_line and small_cell.to_point = at_end.point

    ),

    ranked_choice as (

        select
            chosen.*,
            row_number() over (
                partition by county_line, point
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
            ranked_choice.unit_line,
            ranked_choice.county_line,
            ranked_choice.point,
            ranked_choice.period_type,
            ranked_choice.period_end,
            county_point.can_fall,
            county_point.can_rise
        from ranked_choice
        inner join
            county_point
            on ranked_choice.county_line = county_point.county_line
            and ranked_choice.point = county_point.point
        where ranked_choice.preference = 1

    ),

    -- Each other county of the unit at that point, and whether the two could move against each other.
    pairing as (

        select
            withheld.unit_line,
            withheld.county_line,
            withheld.point,
            withheld.period_type,
            withheld.period_end,
            other.county_line as other_line,
            already.point is not null as is_withheld,
            (withheld.can_fall and other.can_rise) or (withheld.can_rise and other.can_fall) as can_move
        from withheld
        inner join
            county_point as other
            on withheld.unit_line = other.unit_line
            and withheld.point = other.point
            and withheld.county_line <> other.county_line
        left join withheld as already on other.county_line = already.county_line and other.point = already.point

    ),

    company as (

        select
            county_line,
            point,
            max(case when is_withheld and can_move then 1 else 0 end) = 1 as has_enough,
            max(case when can_move then 1 else 0 end) = 1 as can_have_enough
        from pairing
        group by county_line, point

    ),

    -- Who is withheld besides: the smallest figure of the same period, ties by code, among those that can move.
    candidate as (

        select
            pairing.other_line as county_line,
            pairing.point,
            row_number() over (
                partition by pairing.county_line, pairing.point
                order by coalesce(cell.observations, 0), pairing.other_line
            ) as preference
        from pairing
        inner join company on pairing.county_line = company.county_line and pairing.point = company.point
        left join
            cell
            on pairing.other_line = cell.county_line
            and pairing.period_type = cell.period_type
            and pairing.period_end = cell.period_end
        where not company.has_enough and pairing.can_move

    ),

    -- The small figures whose withheld end nobody can help at: they are lowered at their later end, from the last
    -- point at which something was counted on.
    helpless as (

        select chosen.unit_line, chosen.county_line, chosen.to_point, max(fall.point) as first_point
        from chosen
        left join company on chosen.county_line = company.county_line and chosen.point = company.point
        inner join
            county_point as fall
            on chosen.county_line = fall.county_line
            and chosen.to_point >= fall.point
            and fall.can_fall
        where not coalesce(company.can_have_enough, false)
        group by chosen.unit_line, chosen.county_line, chosen.to_point

    ),

    -- The other counties, each up to the first point at which it can rise.
    other_run as (

        select
            helpless.county_line,
            helpless.to_point,
            helpless.first_point,
            rise.county_line as other_line,
            min(rise.point) as last_point
        from helpless
        inner join
            county_point as rise
            on helpless.unit_line = rise.unit_line
            and helpless.county_line <> rise.county_line
            and helpless.to_point <= rise.point
            and rise.can_rise
        group by helpless.county_line, helpless.to_point, helpless.first_point, rise.county_line

    ),

    -- The nearest of them; of equals one that is withheld already, then the smallest, then by code.
    ranked_run as (

        select
            other_run.*,
            row_number() over (
                partition by other_run.county_line, other_run.to_point
                order by
                    other_run.last_point,
                    case when already.point is null then 1 else 0 end,
                    coalesce(county_point.hidden_observations, 0),
                    other_run.other_line
            ) as preference
        from other_run
        left join
            withheld as already on other_run.other_line = already.county_line and other_run.to_point = already.point
        left join
            county_point on other_run.other_line = county_point.county_line and other_run.to_point = county_point.point

    ),

    run_point as (

        select county_point.county_line, county_point.point
        from ranked_run
        inner join
            county_point
            on county_point.county_line in (ranked_run.county_line, ranked_run.other_line)
            and county_point.point between ranked_run.first_point and ranked_run.last_point
        where ranked_run.preference = 1

    )

select withheld.county_line, withheld.point
from withheld
left join company on withheld.county_line = company.county_line and withheld.point = company.point
where coalesce(company.can_have_enough, true)

union

select county_line, point
from candidate
where preference = 1

union

select county_line, point
from run_point
