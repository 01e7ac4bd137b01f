"""What can be made again and is found damaged is thrown away and said in one line; what the machine or another process
keeps from us is no damage."""

from __future__ import annotations

import errno
import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest

from orchestration import database_damage
from orchestration.dagster_runtime.instance import (
    discard_damaged_record,
    discard_record,
    is_of_record,
    prepare_instance,
)
from orchestration.dbt_build.runner import BuildFailed
from orchestration.files import read_json
from orchestration.gate.baseline import load_published_baseline
from orchestration.gate.run import mark_released
from orchestration.pipeline import stages, triggers
from orchestration.pipeline.leftovers import sweep
from orchestration.pipeline.triggers import last_run, pending_triggers, record_outcome, record_start, take_up
from orchestration.progress import LogReporter, report_to
from orchestration.refresh import refresh as run_refresh
from orchestration.release.candidates import candidate_ids
from orchestration.release.log import HistoryDamaged, current_id, history, reconcile, release_ids
from orchestration.release.publish import PublicationError
from orchestration.restricted.work_list import write_work_list
from orchestration.run_record import GateRecord
from orchestration.settings import Settings
from raw_landing.database import DatabaseUnusable, connect
from tests.support.faults import HARMS, cut, overwritten
from tests.support.publishing import publish_ungated

Harm = Callable[[Path], None]


class Notes(LogReporter):
    """Keeps what is noted."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def note(self, zh: str, en: str) -> None:
        self.said.append(en)


@pytest.fixture
def notes() -> list[str]:
    told = Notes()
    report_to(told)
    return told.said


@pytest.fixture(scope="module")
def published(small_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with two releases."""
    settings = Settings.of(home=shutil.copytree(small_home, tmp_path_factory.mktemp("published") / "home"))
    for _ in range(2):
        publish_ungated(settings)
    return settings.home


@pytest.fixture
def settings(published: Path, tmp_path: Path) -> Settings:
    """A copy of it, and an empty inbox."""
    (tmp_path / "landing" / "inbox").mkdir(parents=True)
    home = shutil.copytree(published, tmp_path / "home", symlinks=True)
    return Settings.of(home=home, landing=tmp_path / "landing")


@pytest.mark.parametrize("harm", HARMS)
def test_warehouse_is_thrown_away_and_made_anew(settings: Settings, notes: list[str], harm: Harm) -> None:
    harm(settings.warehouse)
    is_there = settings.warehouse.exists()
    settings.warehouse.with_name("warehouse.duckdb.wal").write_bytes(b"x")
    stages.land(settings, date(2026, 3, 1), stages.LandOptions())
    assert any("warehouse.duckdb was damaged" in line for line in notes) is is_there
    with connect(settings.warehouse, read_only=True) as connection:
        assert connection.execute("select as_of from landed.run").fetchone() == (date(2026, 3, 1),)


def test_warehouse_of_another_shape_is_thrown_away(settings: Settings, notes: list[str]) -> None:
    with connect(settings.warehouse) as connection:
        connection.execute("create schema quality; create table quality.quarantine (x integer)")
    stages.land(settings, date(2026, 3, 1), stages.LandOptions())
    assert len([line for line in notes if "warehouse.duckdb" in line]) == 1


def test_warehouse_in_use_is_not_damaged(settings: Settings, notes: list[str]) -> None:
    hold = "import duckdb, sys; held = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    child = subprocess.Popen(
        [sys.executable, "-c", hold, settings.warehouse], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert child.stdout is not None and child.stdout.readline() == "held\n"
        with pytest.raises(DatabaseUnusable, match="in use by process"):
            stages.land(settings, date(2026, 3, 1), stages.LandOptions())
    finally:
        child.communicate("")
    assert notes == [] and database_damage.is_whole(settings.warehouse)


@pytest.mark.parametrize(
    "error",
    [
        duckdb.IOException("IO Error: Could not write file: No space left on device"),
        duckdb.IOException('IO Error: Cannot open file "w": Permission denied'),
        duckdb.OutOfMemoryException("Out of Memory Error: failed to allocate"),
        duckdb.ConversionException("Conversion Error: Corrupt database file"),
        OSError(5, "Input/output error"),
    ],
)
def test_trouble_of_the_machine_is_no_damage(error: Exception) -> None:
    assert database_damage.is_damage(error) is isinstance(error, duckdb.ConversionException)


def test_damage_deep_within_is_found_after_a_failure_and_the_job_runs_once_more(
    settings: Settings, code_location: None, notes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with connect(settings.warehouse) as connection:
        connection.execute("create table marts.much as select range as r, random() as x from range(600000)")
    assert database_damage.is_whole(settings.warehouse)
    with settings.warehouse.open("r+b") as file:
        file.seek(settings.warehouse.stat().st_size // 2)
        file.write(b"\xff" * 600_000)
    with connect(settings.warehouse, read_only=True):
        pass  # its head is whole
    runs = []

    def run(*_: Any, **__: Any) -> None:
        runs.append(settings.warehouse.exists())
        if runs[-1]:
            raise BuildFailed("it cannot be read")

    monkeypatch.setattr("orchestration.refresh.begin_reading", lambda _: None)
    monkeypatch.setattr("orchestration.defs.run.run_in_process", run)
    for name, value in settings.environment().items():
        monkeypatch.setenv(name, value)  # and put back afterwards
    run_refresh(settings, None)
    assert runs == [True, False] and any("warehouse.duckdb was damaged" in line for line in notes)
    with pytest.raises(ZeroDivisionError):
        monkeypatch.setattr("orchestration.defs.run.run_in_process", lambda *_, **__: 1 // 0)
        run_refresh(settings, None)


def test_after_a_run_of_dagsters_that_met_damage_the_sensor_starts_another(
    settings: Settings, code_location: None, notes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from orchestration.defs.job import new_dumps, remember_to_run_again

    for name, value in settings.environment().items():
        monkeypatch.setenv(name, value)

    def failed() -> Any:
        remember_to_run_again(settings, BuildFailed("it cannot be read"))
        return new_dumps(dg.build_sensor_context())

    assert isinstance(failed(), dg.SkipReason) and last_run(settings)["outcome"] == "failed"
    cut(settings.warehouse)
    asked = failed()
    assert isinstance(asked, dg.RunRequest) and not settings.warehouse.exists() and len(notes) == 1
    assert new_dumps(dg.build_sensor_context()).run_key == asked.run_key, "one run, however often it is looked"
    record_start(settings, date(2026, 3, 1))
    assert isinstance(new_dumps(dg.build_sensor_context()), dg.SkipReason)


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What Dagster makes of an empty home, with an event."""
    settings = Settings.of(home=tmp_path_factory.mktemp("dagster") / "home")
    with pytest.MonkeyPatch.context() as patched:
        for name, value in settings.environment().items():
            patched.setenv(name, value)
        use_record(settings)
    return settings.dagster_home


def use_record(settings: Settings) -> None:
    prepare_instance(settings)
    with dg.DagsterInstance.get() as instance:
        instance.report_runless_asset_event(dg.AssetMaterialization("one"))
        instance.get_runs()
        instance.all_instigator_state()


@pytest.mark.parametrize("harm", HARMS)
@pytest.mark.parametrize("name", ["history/runs.db", "history/runs/index.db", "schedules/schedules.db", "dagster.yaml"])
def test_dagster_begins_its_record_anew(
    record: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, notes: list[str], name: str, harm: Harm
) -> None:
    settings = Settings.of(home=tmp_path / "home")
    shutil.copytree(record, settings.dagster_home)
    file = settings.dagster_home / name
    for variable, value in settings.environment().items():
        monkeypatch.setenv(variable, value)
    harm(file)
    is_there = file.exists()
    assert discard_damaged_record(settings, wholly=harm is cut) is (is_there and file.suffix == ".db")
    assert len(notes) == (is_there and file.suffix == ".db")
    use_record(settings)
    assert not discard_damaged_record(settings)


def test_a_record_that_is_whole_but_of_another_shape(
    record: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings.of(home=tmp_path / "home")
    shutil.copytree(record, settings.dagster_home)
    for variable, value in settings.environment().items():
        monkeypatch.setenv(variable, value)
    file = settings.dagster_home / "history" / "runs.db"
    with sqlite3.connect(file) as connection:
        connection.execute("DROP TABLE runs")
    connection.close()
    with pytest.raises(Exception, match="no such table") as failed:
        use_record(settings)
    assert is_of_record(failed.value) and discard_record(settings)
    use_record(settings)


LAST = {"outcome": "published", "as_of": "2026-01-20", "ledger_version": 3, "published": None}


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        "[]",
        "null",
        '"published"',
        "\x00",
        *(
            json.dumps(LAST | wrong)
            for wrong in (
                {"as_of": 20260120},
                {"as_of": "yesterday"},
                {"outcome": ["published"]},
                {"published": "20260120-01"},
                {"ledger_version": "many"},
                {"started_at": 7},
                {"made_by": {}},
            )
        ),
    ],
)
def test_a_run_record_of_another_shape_counts_as_none(settings: Settings, notes: list[str], content: str) -> None:
    settings.run_record.write_text(content, encoding="utf-8")
    said = [reason.en for reason in pending_triggers(settings, date(2026, 1, 20))]
    assert "the last refresh did not publish" in said
    assert notes == [f"{settings.run_record} is damaged and counts as empty"]
    record_start(settings, date(2026, 1, 20))
    record_outcome(settings, "failed")
    assert last_run(settings)["outcome"] == "failed"


@pytest.mark.parametrize(
    "content", ["{", "[]", '{"marts": 1}', '{"marts": {"rows": [1], "judged": [], "passed": true}}']
)
def test_a_gate_record_of_another_shape_counts_as_none(settings: Settings, notes: list[str], content: str) -> None:
    settings.gate_record.write_text(content, encoding="utf-8")
    assert read_json(settings.gate_record, GateRecord) == {}
    mark_released(settings, "20260101-01")
    assert notes == [f"{settings.gate_record} is damaged and counts as empty"]


@pytest.mark.parametrize("harm", HARMS)
def test_a_damaged_current_release_is_passed_over(settings: Settings, notes: list[str], harm: Harm) -> None:
    before, current = release_ids(settings)
    harm((settings.current / "marts.duckdb").resolve())
    with connect(settings.warehouse) as connection:
        load_published_baseline(connection, settings)
        assert connection.execute("select release_id from quality.published_run").fetchall() == [(before,)]
    assert [line for line in notes if f"going on from {before}" in line]
    made = publish_ungated(settings).release_id
    assert current_id(settings) == made and made not in (before, current)


@pytest.mark.parametrize("harm", HARMS)
def test_a_damaged_record_of_releases_loses_none(settings: Settings, notes: list[str], harm: Harm) -> None:
    kept = release_ids(settings)
    harm(settings.history)
    lost = settings.history.exists() and settings.history.stat().st_size > 0
    if lost and harm is overwritten:
        with pytest.raises(HistoryDamaged):
            history(settings)
    reconcile(settings)
    assert release_ids(settings) == kept
    assert {event["to"] for event in history(settings)} == set(kept)
    assert len(list(settings.published.glob("history.jsonl.damaged-*"))) == len(notes) == lost


def test_a_run_that_died_between_link_and_record_is_taken_up(
    settings: Settings, notes: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orchestration.release.manifest.build_fingerprint", triggers.build_fingerprint)
    record_start(settings, date(2026, 1, 20))
    record_outcome(settings, "landed")
    assert triggers.published_unrecorded(settings) is None
    (settings.home / "lists").mkdir()
    written: list[str] = []
    monkeypatch.setattr(stages, "write_work_list", lambda _, release_id: written.append(release_id))
    with monkeypatch.context() as dying:
        dying.setattr("orchestration.release.publish.enter", lambda _: (_ for _ in ()).throw(KeyboardInterrupt()))
        with pytest.raises(KeyboardInterrupt):
            publish_ungated(settings)
    manifest = json.loads((settings.current / "manifest.json").read_text())
    last = json.loads(settings.run_record.read_text())
    settings.run_record.write_text(json.dumps(last | {"as_of": manifest["as_of"]}))
    made = current_id(settings)
    assert triggers.published_unrecorded(settings) == made
    take_up(settings)
    assert written == [made] and last_run(settings)["release_id"] == made
    assert {event["to"] for event in history(settings)} == set(release_ids(settings))
    take_up(settings)
    assert written == [made] and len([line for line in notes if "without entering it" in line]) == 1


@pytest.mark.parametrize("sign_off", [False, True])
def test_a_release_that_is_made_is_not_made_again(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, sign_off: bool
) -> None:
    """A share fails for a moment: first before anything is made, then after readers were sent there, or it waits."""
    settings = settings.model_copy(update={"sign_off": sign_off, "retry_seconds": 0.0})
    before, tried = {*release_ids(settings), *candidate_ids(settings)}, []

    def release(settings: Settings, *, full: bool) -> None:
        tried.append(len(tried))
        if len(tried) > 1:
            publish_ungated(settings)
        raise PublicationError("the share") from OSError(errno.ESTALE, "stale")

    monkeypatch.setattr(stages, "release", release)
    with pytest.raises(PublicationError):
        stages.release_patiently(settings)
    assert tried == [0, 1] and len({*release_ids(settings), *candidate_ids(settings)} - before) == 1


def test_left_overs_of_the_dead_go_those_of_the_living_stay(settings: Settings, notes: list[str]) -> None:
    dead, alive = 999_999_999, os.getppid()
    for name in ("spill-{}", "dbt/parsing-{}-abc"):
        for process in (dead, alive):
            (settings.home / name.format(process) / "folder").mkdir(parents=True)
    for process in (dead, alive):
        (settings.home / f".gate.json.{process}.tmp").touch()
    (settings.home / "warehouse.duckdb.tmp").mkdir()
    sweep(settings)
    left = {path.name for path in (*settings.home.iterdir(), *(settings.home / "dbt").iterdir())}
    assert not {name for name in left if str(dead) in name or name == "warehouse.duckdb.tmp"}
    assert {f"spill-{alive}", f"parsing-{alive}-abc", f".gate.json.{alive}.tmp"} <= left
    assert len(notes) == 1


def test_a_run_killed_while_it_makes_the_key_leaves_none(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as dying:
        dying.setattr("orchestration.restricted.pseudonyms.sync", die)
        with pytest.raises(KeyboardInterrupt):
            write_work_list(settings, "20260101-01")
    assert not settings.pseudonym_key.exists()
