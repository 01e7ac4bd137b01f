"""What releases said of warnings, over any sequence of releases; and the same when they are made once more."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from orchestration.release.vintages import write_warning_vintages
from orchestration.settings import Settings
from raw_landing.database import connect

Level = str | None
Told = tuple[str, Level, str, str | None]
"""Region, level, first and last release."""
LEVELS: tuple[Level, ...] = ("red", "yellow", "blue", "no_data", None)
RELEASE = st.dictionaries(st.sampled_from(["420100", "420200", "420300"]), st.sampled_from(LEVELS), max_size=3)


def _publish(home: Settings, name: str, levels: dict[str, Level]) -> list[Told]:
    """Make a release that says so; what it remembers."""
    home.releases.mkdir(parents=True, exist_ok=True)
    building = home.published / "marts.duckdb"
    with connect() as connection:
        connection.execute(f"attach '{building}' as public (storage_version 'v1.2.0'); use public")
        connection.execute(
            "create table fct_early_warning (domain varchar, region_code varchar, period_end date, level varchar,"
            " score double)"
        )
        for region, level in levels.items():
            score = None if level in (None, "no_data") else LEVELS.index(level) / 3
            row = ["unemployment", region, "2026-01-31", level, score]
            connection.execute("insert into fct_early_warning values (?, ?, ?, ?, ?)", row)
        connection.execute("create table release as select ? as release_id, now()::timestamp as published_at", [name])
        write_warning_vintages(connection, home, name)
        told = connection.execute(
            "select region_code, level, first_release_id, last_release_id from fct_warning_vintage order by all"
        ).fetchall()
        connection.execute("use memory; checkpoint public; detach public")
    (home.releases / name).mkdir()
    building.rename(home.releases / name / "marts.duckdb")
    return told


def _account(releases: list[dict[str, Level]]) -> list[Told]:
    """Said plainly: each stretch of releases in which a region had one level."""
    names = [f"202602{day:02}-01" for day in range(1, len(releases) + 1)]
    found: list[Told] = []
    for region in sorted({region for release in releases for region in release}):
        begun: int | None = None
        for at, release in enumerate([*releases, None]):
            goes_on = (
                begun is not None
                and release is not None
                and region in release
                and release[region] == releases[begun][region]
            )
            if begun is not None and not goes_on:
                last = None if release is None else names[at - 1]
                found.append((region, releases[begun][region], names[begun], last))
                begun = None
            if release is not None and region in release and begun is None:
                begun = at
    return sorted(found, key=str)


@given(st.lists(RELEASE, min_size=1, max_size=6))
@settings(max_examples=25, deadline=None)
def test_what_releases_said_is_kept_and_the_same_when_made_once_more(releases: list[dict[str, Level]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for home in (Settings.of(home=Path(folder) / "first"), Settings.of(home=Path(folder) / "again")):
            for day, levels in enumerate(releases, start=1):
                told = _publish(home, f"202602{day:02}-01", levels)
            assert sorted(told, key=str) == _account(releases)
