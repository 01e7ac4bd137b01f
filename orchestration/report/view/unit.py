"""A reporting unit or a city group: its scorecard beside the province's, what it misses over the years, what it
delivers late, its counties, its doubts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from orchestration.report.view.source import PROVINCE, Indicator, Region, Rows, Source
from orchestration.report.view.standing import Standing, Standings


@dataclass(frozen=True)
class UnitView:
    """The page's figures. `ranks`: by indicator, the rank in the newest year and how many are ranked; `courses`: of
    what is missed, years and figures; `members`: of a group, each unit with how many it misses of how many."""

    region: Region
    group: Region | None
    standings: tuple[Standing, ...]
    province: tuple[Standing, ...]
    progress: Rows
    period_end: date
    is_over: bool
    ranks: Mapping[str, tuple[int, int]]
    courses: Rows | None
    members: tuple[tuple[Region, int, int], ...]
    overdue: Rows
    counties: Rows
    indicators: tuple[Indicator, ...]
    regions: Mapping[str, Region]
    doubts: Rows

    @property
    def is_group(self) -> bool:
        """Whether it is a city group, which delivers nothing and is not ranked."""
        return self.region.level == "city_group"


def unit_view(source: Source, found: Standings, region: Region) -> UnitView:
    """Read it."""
    code = region.region_code
    of_region = found.in_region(source.indicators, code)
    members = [one for one in source.units if one.group_code == code]
    return UnitView(
        region,
        source.regions.get(region.group_code or ""),
        of_region,
        found.in_region(source.indicators, PROVINCE),
        _progress(source, code),
        found.period_end,
        found.is_over,
        _ranks(source, code),
        _courses(source, code, [one.indicator.indicator_id for one in of_region if one.is_missed]),
        tuple((one, *_missed(found.in_region(source.indicators, one.region_code))) for one in members),
        source.read(
            f"""
            select extract, period_end, period_zh, period_en, due_on, days_late
            from v_overdue
            where unit_code = '{code}'
            order by due_on, extract, period_end
            """
        ),
        _counties(source, code),
        source.indicators,
        {one.region_code: one for one in source.regions.values() if one.parent_code == code},
        source.read(
            f"""
            select
                rule_id, name_zh, name_en,
                case when bool_and(doubts is not null) then sum(doubts)::bigint end as doubts,
                sum(records_examined)::bigint as examined
            from fct_data_doubt
            inner join dim_doubt_rule using (rule_id)
            where region_code = '{code}' and year(period_end) = {found.period_end.year}
            group by all
            having bool_or(doubts is distinct from 0)
            order by doubts desc nulls last, rule_id
            """
        ),
    )


def _missed(standings: tuple[Standing, ...]) -> tuple[int, int]:
    return sum(one.is_missed for one in standings), sum(one.state == "shown" for one in standings)


def _progress(source: Source, code: str) -> Rows:
    return source.read(
        f"""
        select
            indicator_id, period_end, target, actual, attainment, gap, status, maturity, is_suppressed
        from fct_plan_progress
        where plan_id = '{source.plan.plan_id}' and region_code = '{code}'
        qualify period_end = max(period_end) over (partition by indicator_id)
        order by indicator_id
        """
    )


def _ranks(source: Source, code: str) -> dict[str, tuple[int, int]]:
    rows = source.read(
        f"""
        select indicator_id, rank_in_units, units_ranked
        from fct_indicator_growth
        where region_code = '{code}' and period_type = 'year'
        qualify period_end = max(period_end) over (partition by indicator_id)
        order by indicator_id
        """
    )
    return {indicator: (rank, ranked) for indicator, rank, ranked in rows.rows if rank is not None}


def _courses(source: Source, code: str, missed: list[str]) -> Rows | None:
    if not missed:
        return None
    names = ", ".join(f"'{one}'" for one in missed)
    return source.read(
        f"""
        select indicator_id, year(period_end) as year, last(actual order by period_end) as actual
        from fct_plan_progress
        where
            plan_id = '{source.plan.plan_id}' and region_code = '{code}' and indicator_id in ({names})
            and actual is not null and not is_suppressed
        group by all
        order by indicator_id, year
        """
    )


def _counties(source: Source, code: str) -> Rows:
    """The unit's counties in the newest year, for each of the plan's indicators."""
    return source.read(
        f"""
        select
            indicator_id, growth.region_code, period_end, if(growth.too_uncertain, null, growth.value) as value,
            growth.maturity, growth.is_suppressed, growth.too_uncertain
        from fct_indicator_growth as growth
        inner join dim_region on growth.region_code = dim_region.region_code
        where
            dim_region.parent_code = '{code}' and growth.region_level = 'county' and period_type = 'year'
            and indicator_id in (from dim_plan_indicator select indicator_id where plan_id = '{source.plan.plan_id}')
        qualify period_end = max(period_end) over (partition by indicator_id)
        order by indicator_id, growth.region_code
        """
    )
