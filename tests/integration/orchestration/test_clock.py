"""Clocks that jump, nights that are missed, runs that cross midnight: what was published stays in order, no night is
lost, and by a clock that cannot be right nothing is dated."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path
from types import ModuleType

import dagster as dg
import pytest
from dagster._core.definitions.run_request import InstigatorType
from dagster._core.scheduler.instigation import TickData, TickStatus
from dagster._core.storage.defs_state.base import set_defs_state_storage
from dagster._core.test_utils import create_run_for_test

from orchestration.cli import main as cli
from orchestration.dagster_runtime.instance import discard_future_schedules
from orchestration.figure.query import open_release
from orchestration.lock import writer_lock
from orchestration.pipeline.clock import ClockImplausible, day_of_run, last_night, missed
from orchestration.pipeline.health import health
from orchestration.pipeline.triggers import (
    pending_triggers,
    published_unrecorded,
    record_heartbeat,
    record_outcome,
    record_start,
)
from orchestration.release.log import current_id, history, prune, release_ids
from orchestration.release.publish import next_release_id
from orchestration.release.rollback import roll_back
from orchestration.settings import WUHAN, Settings
from tests.support.clock import set_clock
from tests.support.publishing import publish_ungated

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NIGHT = datetime(2027, 1, 31, 2, 30, tzinfo=WUHAN)

At = Callable[[datetime], None]


@pytest.fixture
def job(code_location: None) -> ModuleType:
    from orchestration.defs import job

    return job


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    """Dagster's record of the home."""
    folder = tmp_path / "home" / "dagster"
    folder.mkdir(parents=True)
    with set_defs_state_storage(None), dg.DagsterInstance.local_temp(str(folder)) as instance:
        yield instance  # which evaluations leave behind as that of the process


@pytest.fixture
def at(job: ModuleType, monkeypatch: pytest.MonkeyPatch) -> At:
    """Sets the clock."""

    def set_to(now: datetime) -> None:
        set_clock(monkeypatch, now)

    set_to(NIGHT)
    return set_to


@pytest.fixture
def settings(small_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A home with nothing published and an empty inbox, as the environment names them."""
    home = shutil.copytree(small_home, tmp_path / "home", dirs_exist_ok=True)
    settings = Settings.of(home=home, landing=tmp_path / "landing")
    settings.inbox.mkdir(parents=True)
    monkeypatch.setenv("HRSS_HOME", str(settings.home))
    monkeypatch.setenv("HRSS_LANDING", str(settings.landing))
    return settings


def publish(settings: Settings) -> str:
    """A run that publishes."""
    record_start(settings, day_of_run(settings))
    record_outcome(settings, "landed")
    release_id = publish_ungated(settings).release_id
    record_outcome(settings, "published", release_id=release_id)
    return release_id


def test_a_clock_that_goes_back_turns_no_order_around(settings: Settings, at: At) -> None:
    at(NIGHT.replace(hour=0, minute=20))
    first = publish(settings)
    at(NIGHT - DAY + timedelta(hours=21))  # 23:30 of the day before
    second = publish(settings)
    assert (first, second) == ("20270131-01", "20270131-02"), "ids only rise"
    roll_back(settings, first, "r")
    third = publish(settings)
    assert [event["at"] for event in history(settings)] == sorted(event["at"] for event in history(settings))
    assert release_ids(settings) == [first, second, third] and health(settings).release_id == third
    with open_release(settings.current / "marts.duckdb") as release:
        told = release.execute("select release_id from release order by published_at desc").fetchall()
        assert told == [(third,), (second,), (first,)]
        became = release.execute("select release_id from release_history order by current_from").fetchall()
        assert became == [(first,), (second,), (first,), (third,)]
        (standing,) = release.execute("select distinct release_id from indicator_as_of('2027-02-01')").fetchall()
        assert standing == (third,)
    prune(settings.model_copy(update={"keep_releases": 1}))
    assert release_ids(settings) == [third], "the oldest go, not those of the wrong clock"


def test_a_publication_that_died_is_recognised_although_the_clock_went_back(settings: Settings, at: At) -> None:
    publish(settings)
    record_start(settings, day_of_run(settings))
    at(NIGHT - HOUR)
    record_outcome(settings, "landed")
    manifest_as_of(settings, publish_ungated(settings).release_id)
    assert published_unrecorded(settings) == current_id(settings)
    record_outcome(settings, "published", release_id=current_id(settings))
    roll_back(settings, release_ids(settings)[0], "r")
    record_start(settings, day_of_run(settings))
    record_outcome(settings, "failed")
    roll_back(settings, release_ids(settings)[1], "r")
    assert published_unrecorded(settings) is None, "the run that failed did not make it"


def manifest_as_of(settings: Settings, release_id: str) -> None:
    """What the last run was for, as if the manifest said so: the small warehouse is of another day."""
    record = json.loads(settings.run_record.read_text("utf-8"))
    manifest = json.loads((settings.releases / release_id / "manifest.json").read_text("utf-8"))
    record |= {"as_of": manifest["as_of"], "made_by": manifest["made_by"]}
    settings.run_record.write_text(json.dumps(record), encoding="utf-8")


@pytest.mark.parametrize(
    ("jump", "day"),
    [
        (-HOUR, date(2027, 1, 31)),
        (-3 * HOUR, date(2027, 1, 31)),  # 23:30 of the day before: still the day of the last run
        (DAY, date(2027, 2, 1)),
        (200 * DAY, date(2027, 8, 19)),  # the machine was off
        (-2 * DAY, None),
        (-57 * 365 * DAY, None),  # 1970
        (72 * 365 * DAY, None),  # 2099
    ],
)
def test_the_day_of_a_run_by_a_clock_that_jumped(settings: Settings, at: At, jump: timedelta, day: date | None) -> None:
    publish(settings)
    at(NIGHT + jump)
    if day is not None:
        assert day_of_run(settings) == day
        return
    with pytest.raises(ClockImplausible, match="2027-01-31 02:30"):
        day_of_run(settings)


def test_a_clock_of_1970_is_not_believed_by_a_new_home_either(settings: Settings, at: At) -> None:
    at(datetime(1970, 1, 1, 8, 0, tzinfo=WUHAN))
    with pytest.raises(ClockImplausible):
        day_of_run(settings)


def test_what_runs_by_itself_waits_for_a_clock_that_can_be_right(
    settings: Settings, at: At, job: ModuleType, instance: dg.DagsterInstance, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(settings)
    record, released = settings.run_record.read_bytes(), release_ids(settings)
    wrong = NIGHT + 72 * 365 * DAY
    at(wrong)
    context = dg.build_schedule_context(instance=instance, scheduled_execution_time=wrong)
    late = settings.inbox / "talent" / "postdoc_intake__2024-03__420100.csv"
    late.parent.mkdir()
    late.write_text("new", encoding="utf-8")
    os.utime(late, (0, 0))
    sensor = dg.build_sensor_context(instance=instance)
    for said in (job.every_night(context), job.missed_night(sensor), job.new_dumps(sensor)):
        assert isinstance(said, dg.SkipReason) and "timedatectl" in str(said.skip_message)
    with pytest.raises(SystemExit) as end:
        cli.main(["refresh"])
    assert end.value.code == 1 and "timedatectl" in capsys.readouterr().err
    assert settings.run_record.read_bytes() == record and release_ids(settings) == released
    at(NIGHT + HOUR)
    assert day_of_run(settings) == NIGHT.date(), "once it is right again all goes on"


def test_a_sign_of_life_from_the_future_is_none(settings: Settings, at: At) -> None:
    publish(settings)
    at(NIGHT + 3 * DAY)
    record_heartbeat(settings)
    at(NIGHT + DAY)
    found = health(settings)
    assert found.state == "stale" and "future" in found.reasons[0][1]


def test_a_run_that_crosses_midnight_and_the_end_of_a_month(settings: Settings, at: At) -> None:
    at(datetime(2027, 1, 31, 23, 50, tzinfo=WUHAN))
    record_start(settings, day_of_run(settings))
    record_outcome(settings, "landed")
    at(datetime(2027, 2, 1, 0, 10, tzinfo=WUHAN))
    release_id = publish_ungated(settings).release_id
    record_outcome(settings, "published", release_id=release_id)
    record = json.loads(settings.run_record.read_text("utf-8"))
    assert record["as_of"] == "2027-01-31", "the day on which it began"
    assert release_id == "20270201-01" and record["published"]["at"].startswith("2027-02-01"), "that of publication"
    reasons = [reason.en for reason in pending_triggers(settings, day_of_run(settings))]
    assert len(reasons) == 1 and "month" in reasons[0], "February is begun by the next night"
    assert next_release_id(settings, date(2027, 2, 1)) == "20270201-02"


def test_the_last_night_by_the_clock_of_hubei() -> None:
    assert last_night(NIGHT) == NIGHT and last_night(NIGHT - HOUR) == NIGHT - DAY
    assert last_night(NIGHT.astimezone() + 23 * HOUR) == NIGHT


OFF = NIGHT + 30 * HOUR  # 08:30 of the day after; the night after NIGHT is missed


def test_a_machine_that_was_off_makes_up_for_the_night(
    settings: Settings, at: At, job: ModuleType, instance: dg.DagsterInstance
) -> None:

    def sensor() -> dg.RunRequest | dg.SkipReason:
        said = job.missed_night(dg.build_sensor_context(instance=instance))
        assert isinstance(said, dg.RunRequest | dg.SkipReason)
        return said

    assert isinstance(sensor(), dg.SkipReason), "a home that never ran has missed nothing"
    publish(settings)
    at(NIGHT + 5 * HOUR)
    assert isinstance(sensor(), dg.SkipReason), "that night has had its run"
    at(OFF)
    late = dg.build_schedule_context(instance=instance, scheduled_execution_time=NIGHT + DAY)
    assert isinstance(job.every_night(late), dg.SkipReason), "Dagster's own tick of the missed night asks for no second"
    said = sensor()
    assert isinstance(said, dg.RunRequest) and said.run_key == "2027-02-01 no run"
    assert "month" in said.tags["hrss/reason"]
    with writer_lock(settings, "a test"):
        assert isinstance(sensor(), dg.SkipReason), "another is at work: later"
    run = create_run_for_test(instance, job_name="nightly_refresh", status=dg.DagsterRunStatus.STARTED)
    assert isinstance(sensor(), dg.SkipReason), "a run is on its way"
    instance.delete_run(run.run_id)
    record_start(settings, day_of_run(settings))  # that run begins
    with writer_lock(settings, "a test"):
        assert missed(settings, NIGHT + DAY) is None
    said = sensor()  # and dies, with the machine
    assert isinstance(said, dg.RunRequest) and said.run_key == "2027-02-01 died"
    record_outcome(settings, "refused")
    assert isinstance(sensor(), dg.SkipReason), "an answer is an answer"


def test_a_quiet_night_that_was_missed_leaves_its_sign_of_life(
    settings: Settings, at: At, job: ModuleType, instance: dg.DagsterInstance
) -> None:
    at(NIGHT - 20 * DAY)
    publish(settings)
    settings.warehouse.unlink()  # too small for receipts
    at(NIGHT - 10 * DAY)
    assert missed(settings, last_night(NIGHT - 10 * DAY)) == "no run"
    assert isinstance(job.missed_night(dg.build_sensor_context(instance=instance)), dg.SkipReason)
    assert missed(settings, last_night(NIGHT - 10 * DAY)) is None
    assert health(settings).seconds_since_heartbeat == 0


def test_schedule_and_sensors_forget_the_future(settings: Settings, instance: dg.DagsterInstance) -> None:
    now = datetime.now(WUHAN).timestamp()
    file = settings.dagster_home / "schedules" / "schedules.db"

    def tick(when: float) -> None:
        instance.create_tick(TickData("o", "every_night", InstigatorType.SCHEDULE, TickStatus.SKIPPED, when))

    tick(now)
    assert not discard_future_schedules(settings, now) and file.exists()
    tick(now + 86400 * 365 * 70)
    assert discard_future_schedules(settings, now) and not file.exists()
    assert not discard_future_schedules(settings, now)
    with dg.DagsterInstance.local_temp(str(settings.dagster_home)) as anew:
        assert anew.get_ticks("o", "s") == []
    body = json.dumps({"instigator_data": {"last_tick_timestamp": now + 1000.5}})
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(
            "INSERT INTO instigators (selector_id, repository_selector_id, status, instigator_type, instigator_body)"
            " VALUES ('s', 'r', 'RUNNING', 'SENSOR', ?)",
            [body],
        )
        connection.commit()
    assert not discard_future_schedules(settings, now + 900) and discard_future_schedules(settings, now + 600)
