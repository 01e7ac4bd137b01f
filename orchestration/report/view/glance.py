"""The plan at a glance: how many indicators are met, each against its target, units, deliveries, the gate, changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace

from orchestration.report.view.source import PROVINCE, Indicator, Plan, Region, Rows, Source
from orchestration.report.view.standing import Standing, Standings, courses, is_good, standings


@dataclass(frozen=True)
class Overdue:
    """Deliveries of periods after the newest figure that were due by the release's day: how many, how many came."""

    first: date
    last: date
    due: int
    received: int


@dataclass(frozen=True)
class Glance:
    """The page's figures. `indicators`: numbered ones and others; `counts`: numbered ones by status in the province."""

    plan: Plan
    standings: Standings
    indicators: tuple[Indicator, ...]
    province: tuple[Standing, ...]
    counts: Mapping[str, int]
    binding: tuple[int, int]
    """Met, and how many there are."""
    elapsed_share: float
    topics: tuple[tuple[str, tuple[Standing, ...]], ...]
    """Binding ones, then by the source of their data."""
    courses: Rows
    units: tuple[Region, ...]
    """From the one that misses the smallest share to the one that misses the largest."""
    missed: Mapping[str, tuple[int, int]]
    """By unit, how many it misses, of how many that have a status."""
    met_units: Mapping[str, tuple[int, int]]
    """By indicator, units that met it or are on track, of those that have a status."""
    overdue: Overdue | None
    availability: Rows
    late: SimpleNamespace
    gate: SimpleNamespace
    reconciliation: Mapping[str, int]
    changes: SimpleNamespace
    is_path_confirmed: bool
    has_forecast: bool
    forecasts: Mapping[str, SimpleNamespace]


def glance(source: Source) -> Glance:
    """Read it."""
    found = standings(source)
    indicators, units = source.indicators, source.units
    province = found.in_region(indicators, PROVINCE)
    numbered = [one for one in province if one.indicator.is_numbered]
    counts: dict[str, int] = {}
    for one in numbered:
        status = one.status if one.state == "shown" else "no_data"
        counts[status] = counts.get(status, 0) + 1
    binding = [one for one in province if one.indicator.is_binding]
    judged = {
        unit.region_code: [one for one in found.in_region(indicators, unit.region_code) if one.state == "shown"]
        for unit in units
    }
    missed = {code: (sum(one.is_missed for one in those), len(those)) for code, those in judged.items()}
    met_units = {
        indicator.indicator_id: (
            sum(is_good(one.status, found.is_over) for one in of_it),
            len(of_it),
        )
        for indicator in indicators
        for of_it in [[one for those in judged.values() for one in those if one.indicator == indicator]]
    }
    return Glance(
        source.plan,
        found,
        indicators,
        province,
        counts,
        (sum(one.state == "shown" and one.status == "met" for one in binding), len(binding)),
        max((one.elapsed_share or 0.0 for one in province), default=0.0),
        _topics(source, province),
        courses(source),
        tuple(sorted(units, key=lambda one: (_share(*missed[one.region_code]), one.region_code))),
        missed,
        met_units,
        overdue(source, found.period_end),
        availability(source, found.period_end),
        next(iter(source.read("select count(*) as deliveries, count(distinct unit_code) as units from v_overdue"))),
        gate(source),
        dict(source.read("select verdict, count(*) from fct_reconciliation group by all").rows),
        changes(source),
        "path" not in source.unconfirmed,
        source.has("fct_plan_forecast"),
        {} if found.is_over else forecasts(source),
    )


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0


def _topics(source: Source, province: tuple[Standing, ...]) -> tuple[tuple[str, tuple[Standing, ...]], ...]:
    by_indicator = dict(
        source.read(
            """
            select indicator_id, any_value(source)
            from dim_indicator
            inner join fct_reporting_completeness on extract = source_extracts[1]
            where is_in_force
            group by all
            """
        ).rows
    )
    topics: dict[str, list[Standing]] = {"binding": []}
    for one in province:
        topic = "binding" if one.indicator.is_binding else by_indicator.get(one.indicator.indicator_id, "other")
        topics.setdefault(topic, []).append(one)
    return tuple((topic, tuple(those)) for topic, those in topics.items() if those)


def overdue(source: Source, newest: date) -> Overdue | None:
    """What was due after the newest figure; nothing where nothing was, or all of it came."""
    row = next(
        iter(
            source.read(
                f"""
                select
                    min(period_start) as first, max(period_end) as last, count(*) as due,
                    count(*) filter (where received) as received
                from fct_reporting_completeness
                where expected and period_start > date '{newest}' and due_on <= date '{source.release.as_of}'
                """
            )
        )
    )
    return Overdue(row.first, row.last, row.due, row.received) if row.due > row.received else None


def availability(source: Source, newest: date) -> Rows:
    """By extract and month of the last two years: deliveries expected, those of them due by the release's day, and
    those received. A quarter or year stands in its last month."""
    return source.read(
        f"""
        select
            source, extract, last_day(period_end) as month, count(*) as expected,
            count(*) filter (where due_on <= date '{source.release.as_of}') as due,
            count(*) filter (where received) as received
        from fct_reporting_completeness
        where expected and period_end between date '{newest.year - 1}-01-01' and date '{source.release.as_of}'
        group by all
        order by source, extract, month
        """
    )


def gate(source: Source) -> SimpleNamespace:
    """How many rules were evaluated, failed critically, failed with a warning."""
    return next(
        iter(
            source.read(
                """
                select
                    count(*) as evaluated, count(*) filter (where not success and severity = 'critical') as critical,
                    count(*) filter (where not success and severity = 'warning') as warnings
                from fct_quality_result
                """
            )
        )
    )


def changes(source: Source) -> SimpleNamespace:
    """How many values and statuses differ from the release before; whether there is one."""
    row = next(
        iter(
            source.read(
                """
                select
                    (select count(distinct (indicator_id, region_code, period_type, period_end))
                        from fct_indicator_change) as figures,
                    (select count(*) from fct_status_change) as statuses
                """
            )
        )
    )
    row.is_first = source.is_first
    return row


def forecasts(source: Source) -> dict[str, SimpleNamespace]:
    """By indicator, the province's forecast for the plan's end; none where the table is not there."""
    if not source.has("fct_plan_forecast"):
        return {}
    rows = source.read(
        f"""
        select *
        from fct_plan_forecast
        where
            plan_id = '{source.plan.plan_id}' and region_code = '{PROVINCE}'
            and horizon_end = date '{source.plan.ends_on}'
        qualify period_end = max(period_end) over (partition by indicator_id)
        """
    )
    return {row.indicator_id: row for row in rows}
