"""The copy of the public tables that a night begins while the gate judges: taken where the warehouse is as it was, made
anew in every other case, gone in the end."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from orchestration.dbt_build.catalogue import published_tables
from orchestration.figure.query import open_release
from orchestration.pipeline.leftovers import leftovers
from orchestration.release import public_tables
from orchestration.release.public_tables import begin_copy, copy_tables, discard_copy
from orchestration.settings import Settings
from raw_landing.database import connect

Rows = dict[str, list[tuple[object, ...]]]


@pytest.fixture
def settings(small_home: Path, tmp_path: Path) -> Settings:
    """A home with a warehouse."""
    return Settings.of(home=shutil.copytree(small_home, tmp_path / "home"))


def rows_in(file: Path) -> Rows:
    """By table its rows, in the order in which they stand."""
    connection = open_release(file)
    try:
        tables = connection.execute("SELECT table_name FROM duckdb_tables()").fetchall()
        return {name: connection.execute(f"FROM {name}").fetchall() for (name,) in tables}
    finally:
        connection.close()


def begun(settings: Settings) -> list[Path]:
    """What a copy under way takes in the home."""
    return list(settings.home.glob(".public_tables.*"))


def wait(settings: Settings) -> None:
    """Until the copy under way is done; raises what went wrong."""
    public_tables._copies[settings.home].done.result()


def test_a_copy_that_was_begun_is_the_one_that_is_made_without(settings: Settings, tmp_path: Path) -> None:
    copy_tables(settings, tmp_path / "plain.duckdb")
    begin_copy(settings)
    copy_tables(settings, tmp_path / "begun.duckdb")
    plain = rows_in(tmp_path / "plain.duckdb")
    assert plain == rows_in(tmp_path / "begun.duckdb")
    assert plain.keys() == {table.name for table in published_tables(settings)}
    assert any(plain.values())
    assert not begun(settings)


def test_what_was_begun_is_taken(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begin_copy(settings)
    wait(settings)
    monkeypatch.setattr("orchestration.release.public_tables.published_tables", lambda _: ())
    copy_tables(settings, tmp_path / "made.duckdb")
    assert rows_in(tmp_path / "made.duckdb")


def test_a_warehouse_written_since_is_copied_anew(settings: Settings, tmp_path: Path) -> None:
    begin_copy(settings)
    wait(settings)
    with connect(settings.warehouse) as connection:
        connection.execute("UPDATE marts.dim_region SET name_en = 'written since'")
    copy_tables(settings, tmp_path / "made.duckdb")
    assert all("written since" in row for row in rows_in(tmp_path / "made.duckdb")["dim_region"])
    assert not begun(settings)


def test_a_copy_that_failed_is_made_anew(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as broken:
        broken.setattr("orchestration.release.public_tables.identifier", lambda name: f'"no {name}"')
        begin_copy(settings)
        with pytest.raises(Exception, match="no dim_"):
            wait(settings)
    copy_tables(settings, tmp_path / "made.duckdb")
    assert rows_in(tmp_path / "made.duckdb")
    assert not begun(settings)


@pytest.mark.parametrize("is_done", [False, True])
def test_a_copy_that_is_given_up_leaves_nothing(settings: Settings, is_done: bool) -> None:
    begin_copy(settings)
    if is_done:
        wait(settings)
    discard_copy(settings)
    assert not begun(settings)
    with connect(settings.warehouse) as connection:  # nobody has it open
        connection.execute("CREATE TABLE marts.written AS SELECT 1 AS one")
    discard_copy(settings)


def test_what_a_killed_process_left_is_swept(settings: Settings) -> None:
    folder = settings.home / ".public_tables.999999999.tmp"
    folder.mkdir()
    assert leftovers(settings) == [folder]
