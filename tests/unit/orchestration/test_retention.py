"""What of Dagster's record is kept, on a record of its own with a job of two assets and a check."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster._core.storage.tags import RUN_KEY_TAG, SENSOR_NAME_TAG

from orchestration.dagster_runtime.instance import prepare_instance
from orchestration.dagster_runtime.retention import forget_old_runs
from orchestration.settings import Settings

MONTHS = dg.StaticPartitionsDefinition(["2025-01", "2025-02", "2025-03", "2025-04"])


@dg.asset
def release() -> None:
    """What every run makes."""


@dg.asset(partitions_def=MONTHS)
def delivery() -> None:
    """What comes once a month."""


@dg.asset_check(asset=release, name="is_whole")
def is_whole() -> dg.AssetCheckResult:
    """A check that only some runs make."""
    return dg.AssetCheckResult(passed=True)


DEFS = dg.Definitions(
    assets=[release, delivery],
    asset_checks=[is_whole],
    jobs=[
        dg.define_asset_job("nightly", dg.AssetSelection.assets(release).without_checks()),
        dg.define_asset_job("checked", dg.AssetSelection.assets(release)),
        dg.define_asset_job("landing", dg.AssetSelection.assets(delivery)),
    ],
)


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Settings]:
    monkeypatch.setenv("HRSS_KEEP_RUNS", "3")
    own = Settings.of(home=tmp_path / "home")
    for name, value in own.environment().items():
        monkeypatch.setenv(name, value)
    prepare_instance(own)
    return own


def run(instance: dg.DagsterInstance, job: str, **options: Any) -> str:
    return DEFS.resolve_job_def(job).execute_in_process(instance=instance, **options).run_id


def shards(settings: Settings) -> set[str]:
    return {file.stem for file in (settings.dagster_home / "history" / "runs").glob("?*.db")} - {"index", ".db"}


def rows(settings: Settings, query: str) -> list[Any]:
    with closing(sqlite3.connect(settings.dagster_home / "history" / "runs" / "index.db")) as index:
        return index.execute(query).fetchall()


def test_the_newest_runs_stay_and_the_last_of_each_asset_partition_and_check(settings: Settings) -> None:
    with dg.DagsterInstance.get() as instance:
        first = [run(instance, "landing", partition_key=month) for month in ("2025-01", "2025-02")]
        asked = run(instance, "checked", tags={RUN_KEY_TAG: "sha", SENSOR_NAME_TAG: "new_dumps"})
        later = [run(instance, "nightly") for _ in range(4)]
        before = instance.get_latest_materialization_event(dg.AssetKey("release"))
        assert forget_old_runs(instance, settings) == 3, "two of landing, one of later"
        assert {one.run_id for one in instance.get_runs()} == {asked, *later[1:]} == shards(settings)
        assert instance.get_materialized_partitions(dg.AssetKey("delivery")) == {"2025-01", "2025-02"}
        assert instance.get_latest_materialization_event(dg.AssetKey("release")) == before
        assert not instance.get_run_by_id(first[0])
        assert instance.get_run_by_id(asked), "its key may not start another"
        assert {run_id for (run_id,) in rows(settings, "select distinct run_id from event_logs")} == {
            *first,
            asked,
            *later[1:],
        }
        run(instance, "nightly", tags={RUN_KEY_TAG: "night", SENSOR_NAME_TAG: "missed_night"})
        forget_old_runs(instance, settings)
        assert instance.get_run_by_id(asked), "another sensor's"
        run(instance, "nightly", tags={RUN_KEY_TAG: "other", SENSOR_NAME_TAG: "new_dumps"})
        forget_old_runs(instance, settings)
        assert not instance.get_run_by_id(asked)
        assert rows(settings, "select check_name, run_id from asset_check_executions") == [("is_whole", asked)]
        with closing(sqlite3.connect(settings.dagster_home / "history" / "runs.db")) as runs:
            assert runs.execute("select count(distinct run_id) from run_tags").fetchone() == (2,)


def test_what_no_run_on_record_made_is_removed_and_space_given_back(settings: Settings) -> None:
    with dg.DagsterInstance.get() as instance:
        run(instance, "nightly")
        folder = settings.dagster_home / "history" / "runs"
        for name in ("of-a-record-that-was-lost.db", "of-a-record-that-was-lost.db-wal"):
            (folder / name).write_bytes(b"events")
        with closing(sqlite3.connect(folder / "index.db")) as index:
            index.execute(
                "with recursive n(i) as (select 1 union all select i + 1 from n where i < 2000)"
                " insert into event_logs (run_id, event, dagster_event_type) select 'gone', hex(randomblob(2000)), 'X'"
                " from n"
            )
            index.commit()
            index.execute("pragma wal_checkpoint(truncate)")
        large = (folder / "index.db").stat().st_size
        forget_old_runs(instance, settings)
        assert not list(folder.glob("of-a-record*"))
        assert (folder / "index.db").stat().st_size < large / 4
        assert len(instance.get_runs()) == 1


def test_a_run_under_way_stays_however_old(settings: Settings) -> None:
    with dg.DagsterInstance.get() as instance:
        under_way = instance.create_run_for_job(DEFS.resolve_job_def("nightly"))
        for _ in range(4):
            run(instance, "nightly")
        forget_old_runs(instance, settings)
        assert instance.get_run_by_id(under_way.run_id)


def test_a_record_that_another_process_locks_is_left_to_the_next_run(
    settings: Settings, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    with dg.DagsterInstance.get() as instance:
        for _ in range(4):
            run(instance, "nightly")
        monkeypatch.setattr("dagster._core.storage.runs.sqlite.sqlite_run_storage.SqliteRunStorage.delete_run", locked)
        assert forget_old_runs(instance, settings) == 0
        assert "old runs stay on Dagster's record" in caplog.text
        assert len(instance.get_runs()) == 4


def locked(*_: object) -> None:
    import sqlalchemy as db

    raise db.exc.OperationalError("delete", {}, sqlite3.OperationalError("database is locked"))
