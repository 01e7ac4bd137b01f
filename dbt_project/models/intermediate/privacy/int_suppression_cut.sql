-- The cuts of counties' running totals that are withheld, so that no small figure can be worked out from what
-- remains. Withholding a cut hides every figure that begins or ends there. Hence: each small figure has at least
-- one withheld end, and a cut that is withheld in one county is withheld in at least one more of its unit. Then one
-- county's total there can be lowered and the other's raised by the same amount, and nothing that is published changes:
-- no arithmetic on it, within a county's year or across the counties of a unit, gives the hidden figure. Counts are not
-- negative, and everybody knows it: so the one must have counted something just before, and the other something just
-- after (or the year ends there). Where no other county can move at that cut, one is withheld at every cut up to
-- the first at which it can.
with
    cell as (select * from {{ ref("int_suppression_cell") }} where from_cut < to_cut),

    cell_end as (

        select unit_series, county_series, from_cut as cut, to_cut as other_cut, observations, is_known
        from cell
        where from_cut > 0

        union all

        select unit_series, county_series, to_cut as cut, from_cut as other_cut, observations, is_known
        from cell

    ),

    nearest as (

        select
            unit_series,
            county_series,
            cut,
            sum(observations) as hidden_observations,
            max(case when is_known then 1 else 0 end) = 1 as is_pinned,
            max(case when other_cut < cut then other_cut end) as cut_before,
            min(case when other_cut > cut then other_cut end) as cut_after
        from cell_end
        group by unit_series, county_series, cut

    ),

    -- Counts are not negative: a total can be lowered only if something was counted before the cut, and raised only
    -- if something is counted after it (or the year ends there).
    reach as (

        select
            nearest.unit_series,
            nearest.county_series,
            nearest.cut,
            nearest.hidden_observations,
            nearest.is_pinned,
            coalesce(
                max(case when cell_end.other_cut = nearest.cut_before then cell_end.observations end) > 0, false
            ) as can_fall,
            nearest.cut_after is null
            or max(case when cell_end.other_cut = nearest.cut_after then cell_end.observations end) > 0 as can_rise
        from nearest
        inner join cell_end on nearest.county_series = cell_end.county_series and nearest.cut = cell_end.cut
        group by
            nearest.unit_series,
            nearest.county_series,
            nearest.cut,
            nearest.hidden_observations,
            nearest.is_pinned,
            nearest.cut_after

    ),

    county_cut as (select reach.*, can_fall or can_rise as can_move from reach),

    small_cell as (select * from cell where is_small),

    -- The beginning of the year is known to be 0, so what begins there can only be hidden at its end.
    compelled as (select distinct county_series, to_cut as cut from small_cell where from_cut = 0),

    -- Elsewhere the end that can move, that no figure known from an earlier release holds in place, and whose
    -- withholding
    -- hides the fewer observations; on a tie the later, since the earlier may be out already.
    chosen as (

        select
            small_cell.unit_series,
            small_cell.county_series,
            small_cell.period_type,
            small_cell.period_end,
            small_cell.to_cut,
            small_cell.observations,
            case
                when small_cell.from_cut = 0 or compelled_end.cut is not null
                then small_cell.to_cut
                when compelled_start.cut is not null
                then small_cell.from_cut
                when at_start.can_move and not at_end.can_move
                then small_cell.from_cut
                when at_end.can_move and not at_start.can_move
                then small_cell.to_cut
                when at_end.is_pinned and not at_start.is_pinned
                then small_cell.from_cut
                when at_start.is_pinned and not at_end.is_pinned
                then small_cell.to_cut
                when at_start.hidden_observations < at_end.hidden_observations
                then small_cell.from_cut
                else small_cell.to_cut
            end as cut
        from small_cell
        left join
            compelled as compelled_start
            on small_cell.county_series = compelled_start.county_series
            and small_cell.from_cut = compelled_start.cut
        left join
            compelled as compelled_end
            on small_cell.county_series = compelled_end.county_series
            and small_cell.to_cut = compelled_end.cut
        left join
            county_cut as at_start
            on small_cell.county_series = at_start.county_series
            and small_cell.from_cut = at_start.cut
        left join
            county_cut as at_end on small_cell.county_series = at_end.county_series and small_cell.to_cut = at_end.cut

    ),

    ranked_choice as (

        select
            chosen.*,
            row_number() over (
                partition by county_series, cut
                order by
                    observations,
                    case period_type when 'month' then 1 when 'quarter' then 2 when 'ytd' then 3 else 4 end,
                    period_end
            ) as preference
        from chosen

    ),

    -- With the small figure that a cut is withheld for: its period is the one whose other counties are considered.
    withheld as (

        select
            ranked_choice.unit_series,
            ranked_choice.county_series,
            ranked_choice.cut,
            ranked_choice.period_type,
            ranked_choice.period_end,
            county_cut.can_fall,
            county_cut.can_rise
        from ranked_choice
        inner join
            county_cut on ranked_choice.county_series = county_cut.county_series and ranked_choice.cut = county_cut.cut
        where ranked_choice.preference = 1

    ),

    -- Each other county of the unit at that cut, and whether the two could move against each other.
    pairing as (

        select
            withheld.unit_series,
            withheld.county_series,
            withheld.cut,
            withheld.period_type,
            withheld.period_end,
            other.county_series as other_series,
            other.is_pinned,
            already.cut is not null as is_withheld,
            (withheld.can_fall and other.can_rise) or (withheld.can_rise and other.can_fall) as can_move
        from withheld
        inner join
            county_cut as other
            on withheld.unit_series = other.unit_series
            and withheld.cut = other.cut
            and withheld.county_series <> other.county_series
        left join withheld as already on other.county_series = already.county_series and other.cut = already.cut

    ),

    company as (

        select
            county_series,
            cut,
            max(case when is_withheld and can_move then 1 else 0 end) = 1 as has_enough,
            max(case when can_move then 1 else 0 end) = 1 as can_have_enough
        from pairing
        group by county_series, cut

    ),

    -- Who is withheld besides: the smallest figure of the same period, ties by code, among those that can move; first
    -- of
    -- those that no figure known from an earlier release holds in place.
    candidate as (

        select
            pairing.other_series as county_series,
            pairing.cut,
            row_number() over (
                partition by pairing.county_series, pairing.cut
                order by
                    case when pairing.is_pinned then 1 else 0 end, coalesce(cell.observations, 0), pairing.other_series
            ) as preference
        from pairing
        inner join company on pairing.county_series = company.county_series and pairing.cut = company.cut
        left join
            cell
            on pairing.other_series = cell.county_series
            and pairing.period_type = cell.period_type
            and pairing.period_end = cell.period_end
        where not company.has_enough and pairing.can_move

    ),

    -- The small figures whose withheld end nobody can help at: they are lowered at their later end, from the last
    -- cut at which something was counted on.
    helpless as (

        select chosen.unit_series, chosen.county_series, chosen.to_cut, max(fall.cut) as first_cut
        from chosen
        left join company on chosen.county_series = company.county_series and chosen.cut = company.cut
        inner join
            county_cut as fall
            on chosen.county_series = fall.county_series
            and chosen.to_cut >= fall.cut
            and fall.can_fall
        where not coalesce(company.can_have_enough, false)
        group by chosen.unit_series, chosen.county_series, chosen.to_cut

    ),

    -- The other counties, each up to the first cut at which it can rise.
    other_run as (

        select
            helpless.county_series,
            helpless.to_cut,
            helpless.first_cut,
            rise.county_series as other_series,
            min(rise.cut) as last_cut
        from helpless
        inner join
            county_cut as rise
            on helpless.unit_series = rise.unit_series
            and helpless.county_series <> rise.county_series
            and helpless.to_cut <= rise.cut
            and rise.can_rise
        group by helpless.county_series, helpless.to_cut, helpless.first_cut, rise.county_series

    ),

    -- The nearest of them; of equals one that is withheld already, then the smallest, then by code.
    ranked_run as (

        select
            other_run.*,
            row_number() over (
                partition by other_run.county_series, other_run.to_cut
                order by
                    other_run.last_cut,
                    case when already.cut is null then 1 else 0 end,
                    coalesce(county_cut.hidden_observations, 0),
                    other_run.other_series
            ) as preference
        from other_run
        left join
            withheld as already on other_run.other_series = already.county_series and other_run.to_cut = already.cut
        left join county_cut on other_run.other_series = county_cut.county_series and other_run.to_cut = county_cut.cut

    ),

    -- Both counties are withheld all the way. Two lists, since a join on one of two keys would try every pair.
    run as (

        select county_series, first_cut, last_cut
        from ranked_run
        where preference = 1

        union all

        select other_series as county_series, first_cut, last_cut
        from ranked_run
        where preference = 1

    ),

    run_cut as (

        select county_cut.county_series, county_cut.cut
        from run
        inner join
            county_cut
            on run.county_series = county_cut.county_series
            and county_cut.cut between run.first_cut and run.last_cut

    )

select withheld.county_series, withheld.cut
from withheld
left join company on withheld.county_series = company.county_series and withheld.cut = company.cut
where coalesce(company.can_have_enough, true)

union

select county_series, cut
from candidate
where preference = 1

union

select county_series, cut
from run_cut
