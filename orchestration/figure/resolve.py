"""Finding in a release what a person names on the command line: an indicator, a region, a plan, a period, the release
itself. Shows nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import duckdb

from orchestration.errors import WrongUsage
from orchestration.figure.query import open_release
from orchestration.lookup import find
from orchestration.release.candidates import known_folder
from orchestration.release.folder import ReleaseFolder
from orchestration.release.log import LATEST
from orchestration.rendering.labels import plan_names
from orchestration.settings import Settings
from orchestration.text import pair, two_lines
from raw_landing.errors import UserError
from raw_landing.intake.identify import period_named
from raw_landing.regions import load_regions

ACCEPTED = "2024 | 2024Q3 | 2024-07 | 2024-07 ytd | 2024-07 r12"
RUNNING = ("ytd", "r12")
TYPES = {"monthly": "month", "quarterly": "quarter", "annual": "year"}


class ReleaseTooOld(UserError):
    """A release was made before it could answer; the message says which and what to do."""


@dataclass(frozen=True)
class Period:
    """A period as fct_indicator_value names it."""

    type: str
    end: date

    def __str__(self) -> str:
        """As it is written on the command line."""
        written = {"quarter": f"{self.end:%Y}Q{(self.end.month + 2) // 3}", "year": f"{self.end:%Y}"}
        return written.get(self.type, f"{self.end:%Y-%m}" + (f" {self.type}" if self.type in RUNNING else ""))


@contextmanager
def release_with_tables(
    settings: Settings, release: str | None, tables: Iterable[str]
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A release, the current one unless named, open for reading. Raises WrongUsage; ReleaseTooOld where one of `tables`
    is missing."""
    folder = ReleaseFolder.current(settings) if release is None else known_folder(settings, release)
    connection = open_release(folder.marts)
    try:
        there = connection.execute(
            "select table_name from duckdb_tables() where database_name = current_database()"
        ).fetchall()
        if missing := set(tables) - {name for (name,) in there}:
            raise ReleaseTooOld(
                two_lines("figure.release_lacks_tables", release_id=folder.release_id, names=", ".join(sorted(missing)))
            )
        yield connection
    finally:
        connection.close()


def resolve_indicator(connection: duckdb.DuckDBPyConnection, asked: str) -> str:
    """The id of an indicator, by id or by name in either language. Raises WrongUsage."""
    rows = connection.execute("select indicator_id, name_zh, name_en from dim_indicator order by all").fetchall()
    names: dict[str, tuple[str, ...]] = {}
    for key, *spellings in rows:  # a version may have a name of its own
        names[key] = (*names.get(key, ()), *spellings)
    return find(pair("lookup.indicator"), asked, names)


def resolve_region(connection: duckdb.DuckDBPyConnection, asked: str) -> str:
    """The code of a region, by code (present, former or of twelve digits) or by name in either language, whole, short
    or former; a short name that several have is none. Raises WrongUsage."""
    rows = connection.execute("select region_code, name_zh, name_en, level from dim_region order by all").fetchall()
    names = {code: (zh, en or zh) for code, zh, en, _ in rows}
    known = load_regions()
    meant = known.resolve(asked)
    if meant is not None and meant in names:
        return meant
    first_words = Counter(en.split()[0] for _, _, en, level in rows if en and level != "city_group")
    short = {en.split()[0]: code for code, _, en, _ in rows if en and first_words[en.split()[0]] == 1}
    short |= {zh.removesuffix("省"): code for code, zh, _, level in rows if level == "province"}
    return find(pair("lookup.region"), asked, names, short)


def resolve_plan(connection: duckdb.DuckDBPyConnection, asked: str) -> str:
    """The id of a plan, by id or name: 145, 十四五, 14th; of `latest` the one whose progress is the newest. Raises
    WrongUsage."""
    if asked.strip().casefold() == LATEST:
        newest = "select plan_id from fct_plan_progress group by 1 order by max(period_end) desc, 1 desc limit 1"
        if found := connection.execute(newest).fetchone():
            return str(found[0])
    rows = connection.execute("select distinct plan_id from dim_plan_indicator order by 1").fetchall()
    names = {plan: plan_names().get(plan, ()) for (plan,) in rows}
    short = {
        short: plan for plan, (zh, en) in plan_names().items() if plan in names for short in (zh[1:4], en.split()[0])
    }
    return find(pair("lookup.plan"), asked, names, short)


def parse_period(asked: str) -> Period | None:
    """The period that is meant, None if it is none: a year, a quarter, a month as dumps are named by them, or a month
    with `ytd` for the year up to it or `r12` for the twelve months."""
    plain = asked.strip().lower()
    running = next((kind for kind in RUNNING if plain.endswith(kind)), None)
    found = period_named(plain.removesuffix(running or "").rstrip(" -_"))
    if found is None or (running and found[0] != "monthly"):
        return None
    return Period(running or TYPES[found[0]], found[2])


def resolve_period(connection: duckdb.DuckDBPyConnection, asked: str, indicator: str, region: str) -> Period:
    """A period that an indicator has in a region; `latest` is the newest month with a value, or quarter or year, where
    it has no months. Raises WrongUsage."""
    meant = parse_period(asked)
    is_latest = asked.strip().casefold() == LATEST
    if meant is None and not is_latest:
        raise WrongUsage(two_lines("lookup.no_period", asked=asked, accepted=ACCEPTED))
    rows = connection.execute(
        """
        select period_type, period_end from fct_indicator_value
        where indicator_id = $indicator and region_code = $region
            and ($day::date is not null or value is not null or value_text is not null)
        order by
            period_type = $type desc, abs(period_end - $day::date), period_end desc,
            list_position(['month', 'quarter', 'year', 'ytd', 'r12'], period_type)
        limit 5
        """,
        {
            "indicator": indicator,
            "region": region,
            "type": meant and meant.type,
            "day": meant and meant.end,
        },
    ).fetchall()
    near = [Period(*row) for row in rows]
    if near and (is_latest or near[0] == meant):
        return near[0]
    raise _no_value(f"{indicator} ({region})", asked, near)


def resolve_month_end(connection: duckdb.DuckDBPyConnection, asked: str, plan: str, region: str) -> date | None:
    """The end of a period for which a plan's progress in a region is published; of `latest` the newest, None where
    there is none. Raises WrongUsage."""
    meant = parse_period(asked)
    is_latest = asked.strip().casefold() == LATEST
    if meant is None and not is_latest:
        raise WrongUsage(two_lines("lookup.no_period", asked=asked, accepted=ACCEPTED))
    rows = connection.execute(
        """
        select distinct period_end from fct_plan_progress where plan_id = $plan and region_code = $region
        order by abs(period_end - $day::date), period_end desc limit 5
        """,
        {"plan": plan, "region": region, "day": meant and meant.end},
    ).fetchall()
    near = [Period("month", day) for (day,) in rows]
    if is_latest or (meant and near and near[0].end == meant.end):
        return near[0].end if near else None
    raise _no_value(f"{plan} ({region})", asked, near)


def _no_value(what: str, asked: str, near: Iterable[Period]) -> WrongUsage:
    return WrongUsage(
        two_lines("lookup.no_value", what=what, asked=asked, near=", ".join(map(str, near)) or "–"),
    )
