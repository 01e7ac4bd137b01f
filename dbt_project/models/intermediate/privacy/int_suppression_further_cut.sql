-- Further cuts to withhold, where int_suppression_cut is not enough: a part is at most its whole (of which ...), and
-- what stood open in an earlier release is known. Every withheld figure needs a move: one county's total is lowered and
-- another's raised, at one cut or at each of a run of cuts, so that nothing that is published or known changes. What
-- could not move against its whole or its part alone may move together with it; then both are withheld. Of all moves of
-- a figure that has none yet, the one that withholds the least besides; where a small figure has none at all, the
-- count, its whole and its parts are withheld in all counties of the unit in that year (or on that day).
with
    all_cell as (select * from {{ ref("int_suppression_cell") }} where from_cut < to_cut),

    withheld as (select * from {{ ref("int_suppression_cut") }}),

    hidden as (

        select all_cell.*
        from all_cell
        left join
            withheld as at_start on all_cell.county_series = at_start.county_series and all_cell.from_cut = at_start.cut
        left join withheld as at_end on all_cell.county_series = at_end.county_series and all_cell.to_cut = at_end.cut
        where (all_cell.is_small or at_start.cut is not null or at_end.cut is not null)

    ),

    part as (select distinct count_family, whole_family from all_cell where count_family <> whole_family),

    -- Where there is more to be known than sums: counts with parts and their parts, units with a withheld figure that
    -- is
    -- known.
    concerned as (

        select distinct all_cell.unit_series, all_cell.whole_family
        from all_cell
        inner join part on all_cell.whole_family = part.whole_family

        union

        select unit_series, whole_family
        from hidden
        where is_known

    ),

    cell as (select all_cell.* from all_cell inner join concerned on all_cell.unit_series = concerned.unit_series),

    county as (

        select distinct
            cell.county_series,
            cell.unit_series,
            cell.region_code,
            cell.count_family = cell.whole_family as is_whole,
            cell.whole_family || substr(cell.unit_series, length(cell.count_family) + 1) as whole_series
        from cell

    ),

    -- A whole and its largest part, figure by figure.
    bound as (

        select
            whole_family,
            region_code,
            period_type,
            period_end,
            max(case when count_family = whole_family then observations end) as of_whole,
            max(case when count_family <> whole_family then observations end) as of_part
        from cell
        group by whole_family, region_code, period_type, period_end

    ),

    -- A figure can give one away if it has more than each of its parts, and take one in if it has less than its whole.
    bounded as (

        select
            cell.*,
            cell.observations
            > case when cell.count_family = cell.whole_family then coalesce(bound.of_part, 0) else 0 end as gives,
            cell.count_family = cell.whole_family or coalesce(cell.observations < bound.of_whole, true) as takes
        from cell
        inner join
            bound
            on cell.whole_family = bound.whole_family
            and cell.region_code = bound.region_code
            and cell.period_type = bound.period_type
            and cell.period_end = bound.period_end

    ),

    cell_end as (

        select county_series, from_cut as cut, to_cut as other_cut, observations, gives, takes, is_known
        from bounded
        where from_cut > 0

        union all

        select county_series, to_cut as cut, from_cut as other_cut, observations, gives, takes, is_known
        from bounded

    ),

    nearest as (

        select
            county_series,
            cut,
            sum(observations) as hidden_observations,
            max(case when is_known then 1 else 0 end) = 1 as is_pinned,
            max(case when other_cut < cut then other_cut end) as cut_before,
            min(case when other_cut > cut then other_cut end) as cut_after
        from cell_end
        group by county_series, cut

    ),

    -- Of each cut of a county: what the stretch before it and the one after it can give and take, alone and together
    -- with the whole. Behind the last cut there is nothing to take from. Several periods may be one stretch of a part
    -- and
    -- several of its whole: the tightest binds.
    reach as (

        select
            nearest.county_series,
            nearest.cut,
            max(case when cell_end.other_cut = nearest.cut_before and cell_end.gives then 1 else 0 end)
            = 1 as gives_before,
            max(case when cell_end.other_cut = nearest.cut_before and not cell_end.takes then 1 else 0 end)
            = 0 as takes_before,
            max(case when cell_end.other_cut = nearest.cut_before and cell_end.observations > 0 then 1 else 0 end)
            = 1 as counts_before,
            max(case when cell_end.other_cut = nearest.cut_after and cell_end.gives then 1 else 0 end)
            = 1 as gives_after,
            max(case when cell_end.other_cut = nearest.cut_after and not cell_end.takes then 1 else 0 end)
            = 0 as takes_after,
            max(case when cell_end.other_cut = nearest.cut_after and cell_end.observations > 0 then 1 else 0 end)
            = 1 as counts_after
        from nearest
        inner join cell_end on nearest.county_series = cell_end.county_series and nearest.cut = cell_end.cut
        group by nearest.county_series, nearest.cut

    ),

    point as (

        select
            county.whole_series,
            county.unit_series,
            county.region_code,
            nearest.county_series,
            nearest.cut,
            nearest.is_pinned,
            withheld.cut is not null as is_withheld,
            case when withheld.cut is null then 1 + nearest.hidden_observations else 0 end as cost,
            reach.gives_before,
            reach.takes_before and nearest.cut_before is not null as takes_before,
            reach.counts_before,
            reach.gives_after or nearest.cut_after is null as gives_after,
            reach.takes_after,
            reach.counts_after or nearest.cut_after is null as counts_after
        from nearest
        inner join reach on nearest.county_series = reach.county_series and nearest.cut = reach.cut
        inner join county on nearest.county_series = county.county_series
        left join withheld on nearest.county_series = withheld.county_series and nearest.cut = withheld.cut

    ),

    able as (

        select
            unit_series,
            county_series,
            cut,
            case when gives_before and takes_after then 1 else 0 end as falls,
            case when takes_before and gives_after then 1 else 0 end as rises
        from point
        where is_withheld and not is_pinned

    ),

    company as (

        select
            able.*,
            sum(falls) over (partition by unit_series, cut) - falls as others_fall,
            sum(rises) over (partition by unit_series, cut) - rises as others_rise
        from able

    ),

    movable as (

        select county_series, cut from company where (falls = 1 and others_rise > 0) or (rises = 1 and others_fall > 0)

    ),

    -- The withheld figures that no move at one withheld cut would change. What is known itself cannot be helped.
    exposed as (

        select hidden.*, county.whole_series
        from hidden
        inner join county on hidden.county_series = county.county_series
        left join
            movable as at_start on hidden.county_series = at_start.county_series and hidden.from_cut = at_start.cut
        left join movable as at_end on hidden.county_series = at_end.county_series and hidden.to_cut = at_end.cut
        where at_start.cut is null and at_end.cut is null and not hidden.is_known

    ),

    exposed_unit as (select distinct whole_series from exposed),

    unit_cut as (

        select unit_series, cut, lead(cut) over (partition by unit_series order by cut) as next_cut
        from (select distinct unit_series, cut from point) as each

    ),

    -- With what it costs to withhold all cuts of a county up to this one.
    tried as (

        select
            point.*,
            unit_cut.next_cut,
            sum(point.cost) over (partition by point.county_series order by point.cut) as cost_so_far
        from point
        inner join exposed_unit on point.whole_series = exposed_unit.whole_series
        inner join unit_cut on point.unit_series = unit_cut.unit_series and point.cut = unit_cut.cut

    ),

    known_stretch as (

        select cell.county_series, cell.from_cut, cell.to_cut
        from cell
        inner join county on cell.county_series = county.county_series
        inner join exposed_unit on county.whole_series = exposed_unit.whole_series
        where cell.is_known

    ),

    counterpart as (

        select part.county_series as part_series, whole.county_series as whole_county_series
        from county as part
        inner join county as whole on part.whole_series = whole.whole_series and part.region_code = whole.region_code
        where whole.is_whole and not part.is_whole

    ),

    -- First at cuts that are withheld already, where most have a run.
    {%- for among, figures in [("withheld", "exposed"), ("all", "still_exposed")] %}

        -- Such a county and each other of its unit, cut by cut: how the two could begin to move against each other
        -- there, and
        -- how they could end.
        facing_{{ among }} as (

            select
                own.whole_series,
                own.county_series,
                other.county_series as other_series,
                own.cut,
                own.next_cut,
                own.cost + other.cost as cost,
                own.cost_so_far + other.cost_so_far as cost_so_far,
                own.gives_before and other.takes_before as falls_from,
                own.takes_after and other.gives_after as falls_to,
                own.takes_before and other.gives_before as rises_from,
                own.gives_after and other.takes_after as rises_to,
                own.counts_before as falls_together_from,
                other.counts_after as falls_together_to,
                other.counts_before as rises_together_from,
                own.counts_after as rises_together_to
            from (select distinct whole_series, region_code from {{ figures }}) as exposed_county
            inner join
                tried as own
                on exposed_county.whole_series = own.whole_series
                and exposed_county.region_code = own.region_code
            inner join
                tried as other
                on own.unit_series = other.unit_series
                and own.cut = other.cut
                and own.county_series <> other.county_series
            {%- if among == "withheld" %} where own.is_withheld and other.is_withheld {%- endif %}

        ),

        -- Every run of cuts, and whether they may move at it alone, or each together with its whole.
        run_{{ among }} as (

            select
                at_first.whole_series,
                at_first.county_series,
                at_first.other_series,
                at_first.cut as first_cut,
                at_last.cut as last_cut,
                at_last.next_cut,
                at_last.cost_so_far - at_first.cost_so_far + at_first.cost as cost,
                (at_first.falls_from and at_last.falls_to) or (at_first.rises_from and at_last.rises_to) as moves_alone,
                (at_first.falls_together_from and at_last.falls_together_to)
                or (at_first.rises_together_from and at_last.rises_together_to) as moves_together
            from facing_{{ among }} as at_first
            inner join
                facing_{{ among }} as at_last
                on at_first.county_series = at_last.county_series
                and at_first.other_series = at_last.other_series
                and at_first.cut <= at_last.cut

        ),

        -- What is known has both of its ends in a run, or neither.
        blocked_{{ among }} as (

            select run.county_series, run.other_series, run.first_cut, run.last_cut
            from run_{{ among }} as run
            inner join known_stretch on run.county_series = known_stretch.county_series
            where
                (known_stretch.from_cut between run.first_cut and run.last_cut)
                <> (known_stretch.to_cut between run.first_cut and run.last_cut)

            union

            select run.county_series, run.other_series, run.first_cut, run.last_cut
            from run_{{ among }} as run
            inner join known_stretch on run.other_series = known_stretch.county_series
            where
                (known_stretch.from_cut between run.first_cut and run.last_cut)
                <> (known_stretch.to_cut between run.first_cut and run.last_cut)

        ),

        free_run_{{ among }} as (

            select run.*
            from run_{{ among }} as run
            left join
                blocked_{{ among }} as blocked
                on run.county_series = blocked.county_series
                and run.other_series = blocked.other_series
                and run.first_cut = blocked.first_cut
                and run.last_cut = blocked.last_cut
            where blocked.county_series is null

        ),
        {%- if among == "withheld" %}

            still_exposed as (

                select exposed.*
                from exposed
                left join
                    (
                        select distinct exposed.county_series, exposed.period_type, exposed.period_end
                        from exposed
                        inner join
                            free_run_withheld as free_run
                            on exposed.county_series = free_run.county_series
                            and free_run.moves_alone
                            and free_run.cost = 0
                            and (exposed.from_cut between free_run.first_cut and free_run.last_cut)
                            <> (exposed.to_cut between free_run.first_cut and free_run.last_cut)
                    ) as moved
                    on exposed.county_series = moved.county_series
                    and exposed.period_type = moved.period_type
                    and exposed.period_end = moved.period_end
                where moved.county_series is null

            ),
        {%- endif %}
    {%- endfor %}

    all_facing as (

        select county_series, other_series, max(cost_so_far) as cost
        from facing_all
        group by county_series, other_series

    ),

    -- The whole goes with its part up to the next cut of the part.
    together as (

        select
            free_run.*,
            own.whole_county_series as county_whole,
            other.whole_county_series as other_whole,
            coalesce(free_run.next_cut - 1, 12) as last_cut_of_whole,
            free_run.cost
            + coalesce(behind.cost_so_far - behind.cost, all_facing.cost)
            - at_first.cost_so_far
            + at_first.cost as cost_together
        from free_run_all as free_run
        inner join counterpart as own on free_run.county_series = own.part_series
        inner join counterpart as other on free_run.other_series = other.part_series
        inner join
            facing_all as at_first
            on own.whole_county_series = at_first.county_series
            and other.whole_county_series = at_first.other_series
            and free_run.first_cut = at_first.cut
        inner join
            all_facing
            on own.whole_county_series = all_facing.county_series
            and other.whole_county_series = all_facing.other_series
        left join
            facing_all as behind
            on own.whole_county_series = behind.county_series
            and other.whole_county_series = behind.other_series
            and free_run.next_cut = behind.cut
        where free_run.moves_together

    ),

    blocked_whole as (

        select distinct together.county_series, together.other_series, together.first_cut, together.last_cut
        from together
        inner join
            known_stretch
            on (
                together.county_whole = known_stretch.county_series
                or together.other_whole = known_stretch.county_series
            )
        where
            (known_stretch.from_cut between together.first_cut and together.last_cut_of_whole)
            <> (known_stretch.to_cut between together.first_cut and together.last_cut_of_whole)

    ),

    free_together as (

        select together.*
        from together
        left join
            blocked_whole as blocked
            on together.county_series = blocked.county_series
            and together.other_series = blocked.other_series
            and together.first_cut = blocked.first_cut
            and together.last_cut = blocked.last_cut
        where blocked.county_series is null

    ),

    candidate as (

        select
            county_series as mover,
            first_cut,
            last_cut as last_cut_of_mover,
            county_series,
            other_series,
            last_cut,
            cast(null as varchar) as county_whole,
            cast(null as varchar) as other_whole,
            last_cut as last_cut_of_whole,
            cost
        from free_run_all as free_run
        where moves_alone

        union all

        select
            county_series as mover,
            first_cut,
            last_cut as last_cut_of_mover,
            county_series,
            other_series,
            last_cut,
            county_whole,
            other_whole,
            last_cut_of_whole,
            cost_together as cost
        from free_together

        union all

        select
            county_whole as mover,
            first_cut,
            last_cut_of_whole as last_cut_of_mover,
            county_series,
            other_series,
            last_cut,
            county_whole,
            other_whole,
            last_cut_of_whole,
            cost_together as cost
        from free_together

    ),

    ranked as (

        select
            exposed.county_series as exposed_series,
            exposed.period_type,
            exposed.period_end,
            candidate.*,
            row_number() over (
                partition by exposed.county_series, exposed.period_type, exposed.period_end
                order by
                    candidate.cost,
                    case when candidate.county_whole is null then 0 else 1 end,
                    candidate.last_cut - candidate.first_cut,
                    candidate.other_series,
                    candidate.first_cut
            ) as preference
        from still_exposed as exposed
        inner join
            candidate
            on exposed.county_series = candidate.mover
            and (exposed.from_cut between candidate.first_cut and candidate.last_cut_of_mover)
            <> (exposed.to_cut between candidate.first_cut and candidate.last_cut_of_mover)

    ),

    chosen as (select * from ranked where preference = 1),

    run_of_county as (

        select county_series, first_cut, last_cut
        from chosen
        union
        select other_series as county_series, first_cut, last_cut
        from chosen
        union
        select county_whole as county_series, first_cut, last_cut_of_whole as last_cut
        from chosen
        where county_whole is not null
        union
        select other_whole as county_series, first_cut, last_cut_of_whole as last_cut
        from chosen
        where county_whole is not null

    ),

    -- The units in which nothing protects a small figure.
    helpless as (

        select distinct exposed.whole_series
        from still_exposed as exposed
        left join
            chosen
            on exposed.county_series = chosen.exposed_series
            and exposed.period_type = chosen.period_type
            and exposed.period_end = chosen.period_end
        where exposed.is_small and chosen.exposed_series is null

    )

select tried.county_series, tried.cut
from run_of_county
inner join
    tried
    on run_of_county.county_series = tried.county_series
    and tried.cut between run_of_county.first_cut and run_of_county.last_cut
where not tried.is_withheld

union

select tried.county_series, tried.cut
from helpless
inner join tried on helpless.whole_series = tried.whole_series
where not tried.is_withheld
