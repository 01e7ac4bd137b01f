"""Whoever is to be told is told, whatever started the run and however it ended: the command a timer calls, Dagster's
sensors and its schedule."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import typer

from orchestration.alerts.check import before_run, check, watched
from orchestration.cli.refresh import refresh as command
from orchestration.files import write_json
from orchestration.lock import Busy
from orchestration.pipeline.health import health
from orchestration.pipeline.triggers import record_heartbeat, record_not_begun, rest
from orchestration.settings import WUHAN, Settings, today
from raw_landing.errors import InboxUnreachable, LedgerUnusable
from tests.support.commands import hrss
from tests.support.messaging import Server, served
from tests.support.publishing import publish_ungated
from tests.support.second_user import by_root_only


@pytest.fixture
def told() -> Iterator[Server]:
    """A webhook that takes everything."""
    with served(lambda _: (200, {})) as server:
        yield server


@pytest.fixture
def settings(small_home: Path, tmp_path: Path, told: Server, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A home with a release that a run has published, and somebody to be told."""
    home = shutil.copytree(small_home, tmp_path / "home")
    for name, value in {
        "HOME": home,
        "LANDING": tmp_path / "landing",
        "ALERTS_TO": f"json://127.0.0.1:{told.port}",
        "HEARTBEAT_URL": f"{told.origin}/alive",
        "LOW_DISK_GIB": 0,
    }.items():
        monkeypatch.setenv(f"HRSS_{name}", str(value))
    settings = Settings()
    settings.inbox.mkdir(parents=True)
    publish_ungated(settings)
    end(settings, "published")
    record_heartbeat(settings)
    return settings


def end(settings: Settings, outcome: str, **more: object) -> None:
    """Leave on record how a run ended."""
    now = datetime.now(WUHAN)
    write_json(settings.run_record, {"outcome": outcome, "started_at": now, "finished_at": now} | more)


def news(told: Server) -> list[str]:
    """What was told since it was asked last: event and what is wrong, in English; `alive` for a sign of life."""
    asked, told.requests[:] = list(told.requests), []
    return ["alive" if one.path == "/alive" else one.json["title"].partition(" / ")[2] for one in asked]


FAILED = ["[new] the last run failed"]


def test_a_timer_finds_what_is_wrong_and_what_is_over(settings: Settings, told: Server) -> None:
    assert "no incident is open" in hrss("alerts", "check") and news(told) == []
    end(settings, "failed", why="BuildFailed")
    assert "run_failed-" in hrss("alerts", "check")
    assert "BuildFailed" in told.requests[0].json["message"] and news(told) == FAILED
    assert "run_failed-" in hrss("alerts") and "run_failed-" in hrss("alerts", "list")
    assert "incidents open: 1" in hrss("status", code=1)
    end(settings, "published")
    hrss("alerts", "check")
    assert news(told) == ["[over] the last run failed"]


def test_the_look_leaves_numbers_for_prometheus_that_another_account_may_read(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    file = tmp_path / "collector" / "hrss.prom"
    monkeypatch.setenv("HRSS_METRICS_FILE", str(file))
    check(Settings())
    assert "HRSS_METRICS_FILE" in caplog.text, "it is said, and nothing else stops"
    file.parent.mkdir()
    mask = os.umask(0o077)
    try:
        check(Settings())
    finally:
        os.umask(mask)
    assert 'hrss_state{state="well"} 1.0' in file.read_text(encoding="utf-8") and file.stat().st_mode & 0o777 == 0o644


def test_a_channel_that_does_not_take_it_ends_with_1(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    end(settings, "failed")
    with served(lambda _: (500, {})) as down:
        monkeypatch.setenv("HRSS_ALERTS_TO", f"json://127.0.0.1:{down.port}")
        assert "✗ json-1" in hrss("alerts", "check", code=1)
    monkeypatch.delenv("HRSS_ALERTS_TO")
    assert "run_failed-" in hrss("alerts", "check"), "without channels nothing fails"
    assert "HRSS_ALERTS_TO" in hrss("alerts", "test", code=1)


def test_a_share_that_is_not_there_is_told_though_no_run_begins(
    settings: Settings, told: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.inbox.rmdir()
    monkeypatch.setenv("HRSS_TRIES", "1")  # or it is waited for
    for _ in range(2):
        hrss("refresh", code=75)
    assert news(told) == ["[new] the inbox cannot be reached"]
    assert "failed" in hrss("status", code=1)


def test_what_may_pass_is_waited_for_as_long_as_was_asked(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HRSS_RETRY_SECONDS", "0.2")
    monkeypatch.setenv("HRSS_TRIES", "1")
    attempts: list[bool] = []

    def refresh(given: Settings, *_: object, **__: object) -> None:
        attempts.append(given.inbox.is_dir())
        if len(attempts) == 2:
            given.inbox.mkdir()
        if not attempts[-1]:
            raise InboxUnreachable(given.inbox, "inbox_missing", why="gone") from FileNotFoundError(
                errno.ENOENT, "gone"
            )
        if len(attempts) == 3:
            raise Busy("another")

    monkeypatch.setattr("orchestration.cli.refresh._refresh", refresh)
    settings.inbox.rmdir()
    with pytest.raises(typer.Exit) as ended:
        command(as_of="2026-03-01")
    assert (ended.value.exit_code, attempts) == (75, [False]), "not, unless it is asked"
    command(as_of="2026-03-01", wait=0.1)
    assert attempts == [False, False, True, True]


def test_whatever_fails_before_a_run_is_on_record_is_told_and_status_says_so(
    settings: Settings, told: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_: Settings) -> None:
        raise LedgerUnusable(settings.home, "ledger_unreadable", why="x")

    monkeypatch.setattr("orchestration.pipeline.triggers.take_up", fails)
    before = settings.run_record.read_bytes()
    for _ in range(2):
        with pytest.raises(LedgerUnusable), watched(settings):
            fails(settings)
    assert news(told) == FAILED and settings.run_record.read_bytes() == before, "what is known of runs stays"
    assert (health(settings).state, health(settings).outcome) == ("failed", "failed")
    assert "LedgerUnusable" in settings.not_begun.read_text(encoding="utf-8")
    with pytest.raises(KeyboardInterrupt), watched(settings):
        raise KeyboardInterrupt
    assert health(settings).outcome == "interrupted"
    settings.not_begun.write_text("{")
    assert health(settings).state == "well", "damaged, it counts as none"
    record_not_begun(settings, "failed", "LedgerUnusable")
    rest(settings, today())
    assert health(settings).state == "well"
    with watched(settings):
        pass
    assert news(told)[-1] == "[over] the last run failed"


def test_a_night_that_finds_another_at_work_is_no_failure(settings: Settings, told: Server) -> None:
    with pytest.raises(Busy), watched(settings):
        raise Busy("another")
    assert news(told) == [] and health(settings).state == "well"


@by_root_only
def test_an_inbox_that_may_not_be_entered_is_told_until_a_run_has_looked_into_it(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orchestration.alerts.conditions.os.access", lambda *_: False)  # root may enter any
    assert [one.kind for one in check(settings).open] == ["inbox_unreachable"]
    monkeypatch.undo()
    record_not_begun(settings, "failed", "InboxUnreachable")
    assert [one.kind for one in check(settings).open] == ["inbox_unreachable"], "what came meanwhile is not landed"
    rest(settings, today())
    assert check(settings).open == ()


def test_a_run_that_died_is_told_before_the_next_writes_over_it(settings: Settings, told: Server) -> None:
    before_run(settings)
    assert news(told) == []
    end(settings, "landed")
    before_run(settings)
    assert news(told) == ["[new] a run died"]


def test_a_tick_of_the_schedule_that_fails_is_told(
    code_location: None, settings: Settings, told: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from orchestration.defs import job

    def fails(*_: object) -> None:
        raise LedgerUnusable(settings.home, "ledger_unreadable", why="x")

    monkeypatch.setattr(job, "pending_triggers", fails)
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance, pytest.raises(LedgerUnusable):
        job._of_the_night(instance)
    assert news(told) == FAILED


@pytest.fixture
def ticks(code_location: None, settings: Settings, tmp_path: Path) -> Iterator[tuple[dg.DagsterInstance, Any]]:
    """Evaluates Dagster's sensors as its daemon does, each from where it was left."""
    from orchestration.definitions import defs

    repository = defs.get_repository_def()
    cursors: dict[str, str | None] = {}
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:

        def evaluate() -> None:
            for name in ("tell_of_good_runs", "tell_of_failed_runs"):
                context = dg.build_sensor_context(instance, cursors.get(name), repository_def=repository)
                said = repository.get_sensor_def(name).evaluate_tick(context)
                cursors[name] = said.cursor

        evaluate()
        yield instance, evaluate


def a_run(instance: dg.DagsterInstance) -> dg.DagsterRun:
    """One of the nightly job, on record as begun. (`create_run_for_job` would write down the whole job, in 20 s.)"""
    run = dg.DagsterRun("nightly_refresh", status=dg.DagsterRunStatus.STARTED)
    instance.add_run(run)
    return run


def test_each_run_of_dagsters_is_followed_by_a_look(
    ticks: tuple[dg.DagsterInstance, Callable[[], None]], settings: Settings, told: Server
) -> None:
    instance, evaluate = ticks
    evaluate()
    assert news(told) == []
    end(settings, "running")
    instance.report_run_failed(a_run(instance), "its process is gone")
    evaluate()
    assert news(told) == ["[new] a run died"]
    evaluate()
    assert news(told) == []
    end(settings, "published")
    instance.report_dagster_event(dg.DagsterEvent("PIPELINE_SUCCESS", "nightly_refresh"), run_id=a_run(instance).run_id)
    evaluate()
    assert news(told) == ["alive", "[over] a run died"]


def test_a_night_with_nothing_new_leaves_a_sign_of_life(
    code_location: None, settings: Settings, told: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from orchestration.defs import job

    monkeypatch.setattr(job, "pending_triggers", lambda *_: [])
    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        assert isinstance(
            job.every_night(dg.build_schedule_context(instance, scheduled_execution_time=datetime.now(WUHAN))),
            dg.SkipReason,
        )
    assert news(told) == ["alive"]
