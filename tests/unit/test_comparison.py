"""Databases held against each other: last bits count for nothing, all else counts."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from tests.support.comparison import differences


def _database(path: Path, value: str, listed: str = "[0.1]", more: str = "") -> Path:
    with duckdb.connect(str(path)) as connection:
        row = f"select 'a' as name, 1 as place, {value} as value, {listed} as parts"
        connection.execute(f"create table figure as {row} {more}")
    return path


@pytest.fixture
def first(tmp_path: Path) -> Path:
    return _database(tmp_path / "one.duckdb", "0.1::double", "[0.1::double, null]")


@pytest.mark.parametrize(
    ("value", "listed", "more", "same"),
    [
        ("0.1::double + 1e-15", "[0.1::double - 1e-15, null]", "", True),
        ("0.1001::double", "[0.1::double, null]", "", False),
        ("null::double", "[0.1::double, null]", "", False),
        ("0.1::double", "[0.2::double, null]", "", False),
        ("0.1::double", "[0.1::double]", "", False),
        ("0.1::double", "[0.1::double, null]", "union all select 'b', 1, 0.1, [0.1]", False),
        ("0.1::double", "[0.1::double, null]", "where false", False),
        ("1", "[0.1::double, null]", "", False),
    ],
    ids=["last bits", "a fraction", "nothing", "in a list", "shorter", "one more", "one less", "another type"],
)
def test_what_counts_as_a_difference(
    first: Path, tmp_path: Path, value: str, listed: str, more: str, same: bool
) -> None:
    second = _database(tmp_path / "two.duckdb", value, listed, more)
    assert (differences(first, second, ["main.figure"]) == {}) == same
