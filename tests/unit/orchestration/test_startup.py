"""Start-up tricks: each does what it says, leaves all as it was, and does nothing under HRSS_PLAIN_START."""

from __future__ import annotations

import atexit
import gc
import sys
import wave
from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest
import sqlalchemy as sa

from expectations.lazy_imports import lazy_modules
from orchestration.startup import PLAIN, block_import, fast_dagster_storage, tune_gc


@pytest.fixture
def threshold() -> Iterator[tuple[int, int, int]]:
    before, pythons = gc.get_threshold(), (700, 10, 10)
    gc.set_threshold(*pythons)
    yield pythons
    gc.set_threshold(*before)
    atexit.unregister(gc.freeze)


def test_garbage_is_looked_for_seldom(threshold: tuple[int, int, int]) -> None:
    tune_gc()
    assert gc.get_threshold()[0] > threshold[0]


def test_all_is_off_in_a_plain_start(
    threshold: tuple[int, int, int], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(PLAIN, "1")
    tune_gc()
    assert gc.get_threshold() == threshold
    monkeypatch.delitem(sys.modules, "wave")
    with block_import("wave"), lazy_modules("wave"):
        import wave
    assert sys.modules["wave"] is wave
    with fast_dagster_storage():
        assert not report(tmp_path, ["asset"]).exists(), "the last connection folds the log in"


def test_it_cannot_be_imported_within_and_can_be_afterwards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "wave")
    with block_import("wave"), pytest.raises(ImportError):
        import wave
    import wave

    assert wave.Error.__module__ == "wave"


def test_one_that_is_loaded_stays() -> None:
    with block_import("wave"):
        assert sys.modules["wave"] is wave
    assert sys.modules["wave"] is wave


def report(folder: Path, names: list[str]) -> Path:
    """Enter events in Dagster's record; return the log beside its index while nobody else has it open."""
    with dg.DagsterInstance.local_temp(str(folder)) as instance:
        for name in names:
            instance.report_runless_asset_event(dg.AssetMaterialization(name))
    (index,) = folder.rglob("index.db")
    return index.with_name("index.db-wal")


def test_files_stay_open_between_events_and_are_whole_in_the_end(tmp_path: Path) -> None:
    with fast_dagster_storage():
        log = report(tmp_path, ["first", "second"])
        assert log.stat().st_size > 0
    assert not log.exists()
    assert not report(tmp_path, ["third"]).exists(), "afterwards all is as before"
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        assert {key.to_user_string() for key in instance.all_asset_keys()} == {"first", "second", "third"}


def test_an_event_makes_no_engine_of_its_own(tmp_path: Path) -> None:
    """Seen on Dagster itself: its next version may make them elsewhere."""
    used: list[sa.Engine] = []

    def note(connection: sa.Connection) -> None:
        used.append(connection.engine)

    sa.event.listen(sa.Engine, "engine_connect", note)
    try:
        with fast_dagster_storage(), dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
            used.clear()  # those by which the record was made
            for number in range(5):
                instance.report_runless_asset_event(dg.AssetMaterialization(f"asset_{number}"))
    finally:
        sa.event.remove(sa.Engine, "engine_connect", note)
    assert len(used) >= 5
    assert len({id(engine) for engine in used}) == len({str(engine.url) for engine in used})


def test_other_databases_are_left_alone() -> None:
    with fast_dagster_storage(), sa.create_engine("duckdb:///:memory:").connect() as connection:
        assert connection.execute(sa.text("SELECT 1")).scalar() == 1
