"""Vintages over any sequence of releases are what a plain account of them says; and so is what stood on any day, after
a release was rolled back too, and under whatever name the file is attached."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from orchestration.release.log import ROLLED_BACK
from orchestration.release.vintages import write_history, write_vintages
from orchestration.settings import Settings
from raw_landing.database import connect

Said = float | str | None
"""A value; a text; None where it is suppressed."""
Row = tuple[str, Said, str, str | None]
KEYS = "ABC"
MIDNIGHT = datetime(2026, 3, 1)


@dataclass
class Published:
    """Releases under a home that hold values and what is remembered of them; beside it the plain account."""

    home: Path
    releases: list[tuple[str, datetime, dict[str, Said]]] = field(default_factory=list)
    current: list[tuple[datetime, int]] = field(default_factory=list)  # since when, the position in releases

    @property
    def settings(self) -> Settings:
        return Settings.of(home=self.home)

    def publish(self, values: dict[str, Said], at: datetime, *, remembers: bool = True) -> Path:
        """Make the next release of the day; without memory, and in schema marts, as the program did once."""
        number = 1 + sum(name.startswith(f"{at:%Y%m%d}") for name, _, _ in self.releases)
        name = f"{at:%Y%m%d}-{number:02d}"
        self.settings.releases.mkdir(parents=True, exist_ok=True)
        building = self.settings.published / "marts.duckdb"
        with connect() as connection:
            connection.execute(f"attach '{building}' as public (storage_version 'v1.2.0')")
            connection.execute("use public" if remembers else "create schema public.marts; use public.marts")
            connection.execute(
                "create table fct_indicator_value (indicator_id varchar, region_code varchar,"
                " period_type varchar, period_end date, value double, value_text varchar, is_suppressed boolean,"
                " numerator double)"
            )
            for key, said in values.items():
                text, number_said = (said, None) if isinstance(said, str) else (None, said)
                row = [key, number_said, text, said is None]
                cell = "?, '420000', 'month', date '2026-01-31'"
                connection.execute(f"insert into fct_indicator_value values ({cell}, ?, ?, ?, ?)", [*row, number_said])
            connection.execute("create table release (release_id varchar, published_at timestamp)")
            for earlier, since in [*((earlier, since) for earlier, since, _ in self.releases), (name, at)]:
                connection.execute("insert into release values (?, ?)", [earlier, since])
            if remembers:
                write_vintages(connection, self.settings, name)
                write_history(connection, self.settings, name, at)
            connection.execute("use memory; checkpoint public; detach public")
        folder = self.settings.releases / name
        folder.mkdir()
        building.rename(folder / "marts.duckdb")
        self.releases.append((name, at, values))
        self.current.append((at, len(self.releases) - 1))
        return folder / "marts.duckdb"

    def roll_back(self, position: int, at: datetime) -> None:
        """Make an older release current again, on record."""
        entry = {"event": ROLLED_BACK, "to": self.releases[position][0], "at": f"{at.isoformat()}+08:00"}
        entry |= {"from": None, "who": "", "reason": "", "manifest_sha256": None}
        with self.settings.history.open("a", encoding="utf-8") as history:
            history.write(json.dumps(entry) + "\n")
        self.current.append((at, position))

    def vintages(self) -> set[Row]:
        """The plain account: for each key the stretches of releases that say the same."""
        rows: set[Row] = set()
        for key in KEYS:
            first: str | None = None
            for position, (name, _, values) in enumerate(self.releases):
                last = position == len(self.releases) - 1
                follows = not last and key in self.releases[position + 1][2]
                if key not in values:
                    continue
                first = first or name
                if not (follows and self.releases[position + 1][2][key] == values[key]):
                    rows.add((key, values[key], first, None if last else name))
                    first = None
        return rows

    def standing(self, day: date) -> dict[str, Said]:
        """The plain account: what the release said that was current at the end of the day."""
        until = [position for at, position in self.current if at.date() <= day]
        return self.releases[until[-1]][2] if until else {}


def _said(value: float | None, text: str | None, suppressed: bool) -> Said:
    assert suppressed == (value is None and text is None)
    return value if text is None else text


def vintages_of(file: Path) -> set[Row]:
    """What the file holds."""
    with attached(file) as connection:
        rows = connection.execute(
            "select indicator_id, value, value_text, is_suppressed, first_release_id, last_release_id"
            " from fct_indicator_vintage"
        ).fetchall()
    assert len(rows) == len(set(rows))
    return {(key, _said(value, text, hidden), first, last) for key, value, text, hidden, first, last in rows}


def standing_in(file: Path, day: date) -> dict[str, Said]:
    """What the file's macro says."""
    with attached(file) as connection:
        query = "select indicator_id, value, value_text, is_suppressed from indicator_as_of(?)"
        rows = connection.execute(query, [day]).fetchall()
    assert len(rows) == len({key for key, *_ in rows})
    return {key: _said(value, text, hidden) for key, value, text, hidden in rows}


def attached(file: Path) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute(f"attach '{file}' as hubei (read_only); use hubei")
    return connection


@pytest.fixture
def published(tmp_path: Path) -> Published:
    return Published(tmp_path)


VALUES = st.dictionaries(st.sampled_from(KEYS), st.sampled_from([1.0, 2.0, "1:4:5", None]))
STEPS = st.lists(
    st.tuples(
        VALUES,
        st.sampled_from([0, 0, 1, 2]),  # days since the step before
        st.booleans(),  # whether the release before is rolled back first
        st.booleans(),  # whether all older folders are gone
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=15, deadline=None, phases=[Phase.explicit, Phase.generate])  # shrinking takes minutes
@given(steps=STEPS, forgetful=st.integers(0, 2))
def test_any_sequence_of_releases(steps: list[tuple[dict[str, Said], int, bool, bool]], forgetful: int) -> None:
    """The first `forgetful` releases were made before there were vintages."""
    with tempfile.TemporaryDirectory() as folder:
        world, at = Published(Path(folder)), MIDNIGHT
        for position, (values, days, is_rolled_back, are_gone) in enumerate(steps):
            at += timedelta(days=days, minutes=7)
            if is_rolled_back and position > forgetful + 1:
                world.roll_back(position - 2, at)
                at += timedelta(minutes=7)
            if are_gone and position > forgetful:
                for name, _, _ in world.releases[:-1]:
                    shutil.rmtree(world.settings.releases / name, ignore_errors=True)
            file = world.publish(values, at, remembers=position >= forgetful)
            if position < forgetful:
                continue
            assert vintages_of(file) == world.vintages()
            for day in _days(at.date()):
                assert standing_in(file, day) == world.standing(day)


def _days(last: date) -> Iterator[date]:
    return (MIDNIGHT.date() + timedelta(days=number) for number in range(-1, (last - MIDNIGHT.date()).days + 2))


def test_the_cost_grows_with_changes_and_not_with_releases(published: Published) -> None:
    for number in range(12):
        file = published.publish({"A": 1.0, "B": float(number // 6)}, MIDNIGHT + timedelta(days=number))
    assert vintages_of(file) == {
        ("A", 1.0, "20260301-01", None),
        ("B", 0.0, "20260301-01", "20260306-01"),
        ("B", 1.0, "20260307-01", None),
    }


def test_the_hundredth_release_of_a_day_comes_after_the_ninety_ninth(published: Published) -> None:
    name, at = "20260301-99", MIDNIGHT
    published.releases = [(f"20260301-{number:02d}", at, {}) for number in range(1, 99)]
    published.publish({"A": 1.0}, at)
    file = published.publish({"A": 2.0}, at + timedelta(minutes=1))
    assert vintages_of(file) == {("A", 1.0, name, name), ("A", 2.0, "20260301-100", None)}
    assert standing_in(file, at.date()) == {"A": 2.0}


def test_noise_of_the_last_bits_is_no_change(published: Published) -> None:
    published.publish({"A": 0.1 + 0.2}, MIDNIGHT)
    file = published.publish({"A": 0.3}, MIDNIGHT + timedelta(days=1))
    assert {(first, last) for _, _, first, last in vintages_of(file)} == {("20260301-01", None)}


def test_a_release_that_cannot_be_read_is_passed_over(published: Published) -> None:
    published.publish({"A": 1.0}, MIDNIGHT)
    published.publish({"A": 2.0}, MIDNIGHT + timedelta(days=1)).write_bytes(b"damaged")
    file = published.publish({"A": 1.0}, MIDNIGHT + timedelta(days=2))
    assert vintages_of(file) == {("A", 1.0, "20260301-01", None)}


@pytest.mark.parametrize("database", ["hubei", "marts", "湖北"])
@pytest.mark.parametrize("qualified", ["", "{}."])
def test_the_macro_works_under_any_name(published: Published, database: str, qualified: str) -> None:
    file = published.publish({"A": 1.0}, MIDNIGHT)
    with duckdb.connect() as connection:
        connection.execute(f"attach '{file}' as {database} (read_only); use {database}")
        named = f"{qualified.format(database)}indicator_as_of"
        query = f"select indicator_id, value, release_id from {named}(date '2026-03-01')"
        assert connection.execute(query).fetchall() == [("A", 1.0, "20260301-01")]
