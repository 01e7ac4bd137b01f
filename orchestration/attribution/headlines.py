"""What an official wants to know of a release first: what is new, whose status has changed, what is late. Shows
nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from orchestration.figure.query import open_release
from orchestration.rendering.labels import STATUS, plan_names
from orchestration.text import Pair
from raw_landing.contract import load_contracts
from raw_landing.ledger.snapshot import DumpChange

_NEWEST = """
    select plan_id, indicator_id, region_code, period_end, status
    from fct_plan_progress
    qualify row_number() over (partition by plan_id, indicator_id, region_code order by period_end desc) = 1
"""


@dataclass(frozen=True)
class StatusChange:
    """A plan's indicator in the province, a unit or a city group that stands otherwise than in the release before."""

    plan: Pair
    indicator: Pair
    region: Pair
    before: Pair
    after: Pair


@dataclass(frozen=True)
class Late:
    """Deliveries of an extract that are due and missing."""

    extract: Pair
    deliveries: int
    units: int
    since: Any
    days: int


@dataclass(frozen=True)
class Headlines:
    """All three; of dumps that are new, their number and newest period by extract."""

    new: list[tuple[Pair, int, str]]
    status: list[StatusChange]
    late: list[Late]


def headlines(connection: duckdb.DuckDBPyConnection, before: Path | None, changed: Iterable[DumpChange]) -> Headlines:
    """Of the release that is open; `before`: the published file of the one before, None where it is not kept. Raises
    DatabaseUnusable."""
    return Headlines(_new(changed), _status(connection, before), _late(connection))


def _new(changed: Iterable[DumpChange]) -> list[tuple[Pair, int, str]]:
    """The most first."""
    periods: dict[str, list[str]] = defaultdict(list)
    for one in changed:
        if one.cause == "new":
            periods[str(one.dump.extract)].append(str(one.dump.period))
    told = [(_extract(extract), len(found), max(found)) for extract, found in periods.items()]
    return sorted(told, key=lambda one: -one[1])


def _status(connection: duckdb.DuckDBPyConnection, before: Path | None) -> list[StatusChange]:
    """Binding indicators first, then the province, its units and city groups."""
    if before is None or not before.is_file() or not has_tables(connection, "fct_plan_progress", "dim_plan_indicator"):
        return []
    with closing(open_release(before)) as earlier:
        if not has_tables(earlier, "fct_plan_progress"):
            return []
        found = earlier.execute(f"select * exclude period_end from ({_NEWEST})").fetchall()
    was = {tuple(key): status for *key, status in found}
    rows = connection.execute(
        f"""
        select plan_id, newest.indicator_id, newest.region_code, status,
            coalesce(name.name_zh, newest.indicator_id), coalesce(name.name_en, newest.indicator_id),
            region.name_zh, coalesce(region.name_en, region.name_zh)
        from ({_NEWEST}) as newest
        inner join dim_region as region using (region_code)
        left join (
            select indicator_id, any_value(name_zh) as name_zh, any_value(name_en) as name_en
            from dim_indicator group by all
        ) as name using (indicator_id)
        left join dim_plan_indicator as target using (plan_id, indicator_id)
        where region.level in ('province', 'prefecture', 'city_group')
        order by plan_id desc, target.attribute = 'binding' desc nulls last, region.level = 'province' desc,
            newest.indicator_id, newest.region_code
        """
    ).fetchall()
    return [
        StatusChange(plan_names()[plan], (zh, en), (region_zh, region_en), STATUS[old], STATUS[status])
        for plan, indicator, region, status, zh, en, region_zh, region_en in rows
        if (old := was.get((plan, indicator, region))) is not None and old != status
    ]


def _late(connection: duckdb.DuckDBPyConnection) -> list[Late]:
    """Longest overdue first."""
    if not has_tables(connection, "fct_reporting_completeness"):
        return []
    rows = connection.execute(
        """
        select extract, count(*), count(distinct unit_code), min(period_end), max(days_late)
        from fct_reporting_completeness
        where expected and not received and days_late > 0
        group by extract order by max(days_late) desc, count(*) desc, extract
        """
    ).fetchall()
    return [Late(_extract(extract), *rest) for extract, *rest in rows]


def has_tables(connection: duckdb.DuckDBPyConnection, *tables: str) -> bool:
    """Whether a published file, which may be older, has these tables."""
    rows = connection.execute("select table_name from duckdb_tables() where not internal").fetchall()
    return set(tables) <= {name for (name,) in rows}


def _extract(name: str) -> Pair:
    contract = load_contracts().get(name)
    return (contract.zh if contract else name, name.replace("_", " "))
