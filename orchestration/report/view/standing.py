"""Where indicators stand against their targets on the newest day of the plan, by region; and by month."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from orchestration.report.view.source import PROVINCE, Indicator, Rows, Source

State = Literal["shown", "withheld", "too_uncertain", "not_delivered", "province_only"]
"""What is to be seen of a figure: itself, or why it is not there."""

MISSED = ("at_risk", "off_track")


def state_of(row: Any) -> State:
    """What is to be seen of a figure with its `value`, `is_suppressed` and `too_uncertain`. Pages get no value of one
    that is too uncertain, so that it must not be taken for missing."""
    if row.is_suppressed:
        return "withheld"
    if row.too_uncertain:
        return "too_uncertain"
    return "not_delivered" if row.value is None else "shown"


def is_good(status: str, is_over: bool) -> bool:
    """Whether nothing is wrong: the target is met or, while the plan lasts, will be."""
    return status == "met" or (status == "on_track" and not is_over)


@dataclass(frozen=True)
class Standing:
    """An indicator of a region against its target on a day. `target` is the one of the plan's end, `expected` what was
    to be reached by the day; shares are of 1."""

    indicator: Indicator
    region_code: str
    state: State
    period_end: date | None = None
    target: float | None = None
    actual: float | None = None
    status: str = "no_data"
    status_by_path: str | None = None
    expected: float | None = None
    attainment: float | None = None
    elapsed_share: float | None = None
    is_provisional: bool = False

    @property
    def is_missed(self) -> bool:
        """Whether there is a status, and it says that the target is missed or in danger."""
        return self.state == "shown" and self.status in MISSED

    @property
    def distance(self) -> float | None:
        """How far from the target, as a share of it, positive where it is better; of cumulative targets none."""
        if self.target is None or self.actual is None or not self.target or self.indicator.target_kind == "cumulative":
            return None
        share = (self.actual - self.target) / abs(self.target)
        return -share if self.indicator.direction == "lower" else share


@dataclass(frozen=True)
class Standings:
    """All standings of the newest day, by indicator and region; the query."""

    rows: Rows
    of: dict[tuple[str, str], Standing]
    period_end: date
    is_over: bool
    """Whether the day that the release was made for is after the plan's last."""

    def in_region(self, indicators: tuple[Indicator, ...], region_code: str) -> tuple[Standing, ...]:
        """Of the indicators in a region, in their order."""
        return tuple(self.of[one.indicator_id, region_code] for one in indicators)


def furthest(of: Iterable[Standing]) -> list[Standing]:
    """Those with a target and a figure: first those that miss it, the furthest from what was to be reached by the day
    first, as a share of it."""

    def margin(one: Standing) -> float:
        goal = one.expected or one.target or 1.0
        share = ((one.actual or 0.0) - goal) / abs(goal)
        return -share if one.indicator.direction == "lower" else share

    known = [one for one in of if one.state == "shown" and one.actual is not None and one.target]
    return sorted(known, key=lambda one: (not one.is_missed, margin(one)))


def standings(source: Source) -> Standings:
    """Read them for the province, its units and city groups."""
    rows = source.read(
        f"""
        select
            progress.indicator_id, progress.region_code, progress.period_end, progress.target, progress.actual,
            progress.maturity, progress.status, path.status_by_path, path.expected_value, progress.attainment,
            progress.elapsed_share, progress.is_suppressed
        from fct_plan_progress as progress
        left join fct_plan_path as path using (plan_id, indicator_id, region_code, period_end)
        where progress.plan_id = '{source.plan.plan_id}'
        qualify progress.period_end = max(progress.period_end) filter (
            where progress.region_code = '{PROVINCE}' and progress.actual is not null
        ) over (partition by progress.indicator_id)
        order by progress.indicator_id, progress.region_code
        """
    )
    found = {(row.indicator_id, row.region_code): row for row in rows}
    units = {one.region_code for one in source.units}
    broken_down = {indicator for indicator, region in found if region in units}
    regions = (PROVINCE, *(one.region_code for one in (*source.units, *source.groups)))
    of: dict[tuple[str, str], Standing] = {}
    for indicator in source.indicators:
        for region in regions:
            row = found.get((indicator.indicator_id, region))
            key = (indicator.indicator_id, region)
            if region != PROVINCE and indicator.indicator_id not in broken_down:
                of[key] = Standing(indicator, region, "province_only")
                continue
            if row is None:
                of[key] = Standing(indicator, region, "not_delivered")
                continue
            state: State = "shown"
            if row.is_suppressed:
                state = "withheld"
            elif row.status_by_path == "too_uncertain":
                state = "too_uncertain"
            elif row.actual is None:
                state = "not_delivered"
            elif row.target is None:
                state = "province_only"
            of[key] = Standing(
                indicator,
                region,
                state,
                row.period_end,
                row.target,
                row.actual,
                row.status,
                row.status_by_path,
                row.expected_value,
                row.attainment,
                row.elapsed_share,
                row.maturity == "provisional",
            )
    newest = max((one.period_end for one in of.values() if one.period_end), default=source.release.as_of)
    until = min(newest, _delivered_until(source) or newest)
    return Standings(rows, of, until, source.release.as_of > source.plan.ends_on)


def _delivered_until(source: Source) -> date | None:
    """The last day of the newest period of which anything has come; sums are carried on beyond it."""
    found: date | None = source.read(
        f"""
        select max(period_end) from fct_reporting_completeness
        where received and period_end <= date '{source.release.as_of}'
        """
    ).rows[0][0]
    return found


def courses(source: Source) -> Rows:
    """What the province had reached by each month since the plan began, by indicator; a month without a figure has
    none."""
    return source.read(
        f"""
        select indicator_id, datediff('month', date '{source.plan.starts_on}', period_end) as month, actual
        from fct_plan_progress
        where plan_id = '{source.plan.plan_id}' and region_code = '{PROVINCE}'
        order by indicator_id, month
        """
    )
