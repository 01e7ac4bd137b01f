"""Finding in a release what a person names on the command line: an indicator, a region, a period. What is not there is
told with what comes nearest. Shows nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from typing import NoReturn

import duckdb

from orchestration.errors import WrongUsage
from orchestration.figure.query import open_release
from orchestration.release.folder import ReleaseFolder
from orchestration.release.verify import known_release
from orchestration.settings import Settings
from orchestration.text import pair, two_lines
from raw_landing.errors import UserError
from raw_landing.intake.identify import period_named

ACCEPTED = "2024 | 2024Q3 | 2024-07 | 2024-07 ytd"
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
        return written.get(self.type, f"{self.end:%Y-%m}" + (" ytd" if self.type == "ytd" else ""))


@contextmanager
def release_with_tables(
    settings: Settings, release: str | None, tables: Iterable[str]
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A release, the current one unless named, open for reading. Raises WrongUsage; ReleaseTooOld where one of `tables`
    is missing."""
    folder = ReleaseFolder.current(settings)
    if release is not None:
        folder = ReleaseFolder.of(settings, known_release(settings, release))
    connection = open_release(folder.marts)
    try:
        there = connection.execute(
            "select table_name from duckdb_tables() where database_name = 'published'"
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
    rows = connection.execute("select indicator_id, indicator_id, name_zh, name_en from dim_indicator").fetchall()
    return _one("INDICATOR", asked, _names(rows))


def resolve_region(connection: duckdb.DuckDBPyConnection, asked: str) -> str:
    """The code of a region, by code or by name in either language. Raises WrongUsage."""
    rows = connection.execute("select region_code, region_code, name_zh, name_en from dim_region").fetchall()
    return _one("--region", asked, _names(rows))


def parse_period(asked: str) -> Period | None:
    """The period that is meant, None if it is none: a year, a quarter, a month as dumps are named by them, or a month
    with `ytd` for the year up to it."""
    plain = asked.strip().lower()
    found = period_named(plain.removesuffix("ytd").rstrip(" -_"))
    if found is None or (plain.endswith("ytd") and found[0] != "monthly"):
        return None
    return Period("ytd" if plain.endswith("ytd") else TYPES[found[0]], found[2])


def raise_unknown_period(
    connection: duckdb.DuckDBPyConnection, asked: str, meant: Period | None, indicator: str, region: str
) -> NoReturn:
    """Say which periods of the indicator and region there are, nearest to what was asked first."""
    rows = connection.execute(
        """
        select period_type, period_end from fct_indicator_value
        where indicator_id = $indicator and region_code = $region
        order by period_type = $type desc, abs(period_end - coalesce($day, current_date)), period_end desc limit 5
        """,
        {
            "indicator": indicator,
            "region": region,
            "type": meant and meant.type,
            "day": meant and meant.end,
        },
    ).fetchall()
    why_zh, why_en = pair("figure.period_malformed") if meant is None else pair("figure.period_without_value")
    none_zh, none_en = pair("release.none")
    near = ", ".join(str(Period(*row)) for row in rows)
    raise WrongUsage(
        two_lines(
            "figure.period_unknown",
            asked=asked,
            why_zh=why_zh,
            accepted=ACCEPTED,
            indicator=indicator,
            region=region,
            detail=near or none_zh,
            why_en=why_en,
            detail_2=near or none_en,
        )
    )


def _names(rows: Iterable[tuple[str, ...]]) -> dict[str, set[str]]:
    """Every spelling, and what it may mean."""
    meanings: dict[str, set[str]] = {}
    for meaning, *spellings in rows:
        for spelling in filter(None, spellings):
            meanings.setdefault(spelling.casefold(), set()).add(meaning)
    return meanings


def _one(option: str, asked: str, meanings: Mapping[str, set[str]]) -> str:
    found = meanings.get(asked.strip().casefold(), set())
    if len(found) == 1:
        return next(iter(found))
    near = [asked.casefold()] if found else get_close_matches(asked.casefold(), meanings, n=4, cutoff=0.3)
    spelled = {meaning: name for name in reversed(near) for meaning in meanings[name]}
    told = ", ".join(meaning if meaning == name else f"{meaning} ({name})" for meaning, name in spelled.items())
    why_zh, why_en = pair("figure.option_ambiguous") if found else pair("figure.option_matchless")
    raise WrongUsage(
        two_lines(
            "figure.option_unknown",
            option=option,
            asked=asked,
            why_zh=why_zh,
            why_en=why_en,
            nearest=told or "–",
        )
    )
