"""What starts the nightly job, and what does not: the sensor and the schedule, evaluated as Dagster's daemon does."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import ModuleType

import dagster as dg
import pytest

from orchestration.lock import writer_lock
from orchestration.pipeline.triggers import record_outcome, record_start
from orchestration.settings import WUHAN, Settings, today
from raw_landing.land import withdraw
from tests.support.inbox import World, body, name

EXTRACT = "postdoc_intake"
FIRST, SECOND = name(EXTRACT), name(EXTRACT, "2024-04")


@pytest.fixture(scope="module")
def job(code_location: None) -> ModuleType:
    """The module under test."""
    from orchestration.defs import job

    return job


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """An empty inbox and a home, as the environment names them."""
    world = World(tmp_path)
    world.inbox.mkdir(parents=True)
    monkeypatch.setenv("HRSS_LANDING", str(world.landing))
    monkeypatch.setenv("HRSS_HOME", str(world.home))
    return world


@pytest.fixture
def tick(job: ModuleType, world: World) -> Callable[[], str | None]:
    """One evaluation of the sensor, its cursor kept; the key of the run it asks for, or None."""
    cursor: str | None = None

    def evaluate() -> str | None:
        nonlocal cursor
        context = dg.build_sensor_context(cursor=cursor)
        said = job.new_dumps(context)
        cursor = context.cursor
        return said.run_key if isinstance(said, dg.RunRequest) else None

    return evaluate


def test_nothing_there_starts_nothing(tick: Callable[[], str | None]) -> None:
    assert tick() is None


def test_new_dumps_ask_for_one_run_until_they_change(world: World, tick: Callable[[], str | None]) -> None:
    world.deliver(FIRST, body(EXTRACT, "2024-03", 1))
    key = tick()
    assert key is not None and tick() == key
    world.deliver(FIRST, body(EXTRACT, "2024-03", 1, 2))
    assert tick() not in (None, key)
    world.land()
    assert tick() is None


def test_same_sight_after_a_change_of_the_ledger_asks_anew(world: World, tick: Callable[[], str | None]) -> None:
    world.deliver(FIRST, body(EXTRACT, "2024-03", 1))
    world.land()
    world.deliver(SECOND, body(EXTRACT, "2024-04", 1))
    key = tick()
    withdraw(world.home, world.receipts()[FIRST].dump_id, reason="wrong unit", by="a test")
    assert tick() not in (None, key)


def test_growing_file_waits_and_holds_up_no_other(world: World, tick: Callable[[], str | None]) -> None:
    world.deliver(FIRST, body(EXTRACT, "2024-03", 1), age=0)
    assert tick() is None
    world.deliver(FIRST, body(EXTRACT, "2024-03", 1), age=0)
    world.deliver(SECOND, body(EXTRACT, "2024-04", 1))
    assert tick() is not None


def test_file_dated_in_the_future_is_still_when_two_ticks_see_it_alike(
    world: World, tick: Callable[[], str | None]
) -> None:
    world.deliver(FIRST, body(EXTRACT, "2024-03", 1), age=-3600)
    assert tick() is None
    world.deliver(FIRST, body(EXTRACT, "2024-03", 1, 2), age=-3600)
    assert tick() is None
    assert tick() is not None
    world.deliver(SECOND, body(EXTRACT, "2024-04", 1), age=-3600)
    assert tick() is not None  # the first


def test_run_under_way_uses_up_no_key(world: World, tick: Callable[[], str | None]) -> None:
    world.deliver(FIRST, body(EXTRACT, "2024-03", 1))
    with writer_lock(Settings(), "a test"):
        assert tick() is None
    assert tick() is not None


@pytest.mark.parametrize(
    "asked", [{"home": "/tmp/mine"}, {"landing": "/tmp/mine"}, {"as_of": "2020-01-01"}, {"accept": {"a.b": "because"}}]
)
def test_a_run_of_the_page_names_no_place_no_day_and_nothing_to_accept(
    job: ModuleType, world: World, asked: dict[str, object]
) -> None:
    from orchestration.definitions import defs

    of_a_month = defs.resolve_implicit_job_def_def_for_assets([dg.AssetKey(["deliveries", EXTRACT])])
    for wanted in (defs.resolve_job_def("nightly_refresh"), of_a_month):
        assert wanted is not None and dg.validate_run_config(
            wanted, {"resources": {"warehouse": {"config": {"full": True}}}}
        )
        with pytest.raises(dg.DagsterInvalidConfigError, match=next(iter(asked))):
            dg.validate_run_config(wanted, {"resources": {"warehouse": {"config": asked}}})


def test_refused_dumps_do_not_loop_but_every_night_tries_again(
    job: ModuleType, world: World, tick: Callable[[], str | None], tmp_path: Path
) -> None:
    instance = dg.DagsterInstance.local_temp(str(tmp_path))

    def night() -> dg.RunRequest | dg.SkipReason:
        due = datetime.now(WUHAN)
        said = job.every_night(dg.build_schedule_context(instance=instance, scheduled_execution_time=due))
        assert isinstance(said, dg.RunRequest | dg.SkipReason)
        return said

    world.deliver(FIRST, body(EXTRACT, "2024-03", 1))
    record_start(Settings(), today())
    world.land()
    record_outcome(Settings(), "refused", why="GateRefused")
    assert tick() is None
    said = night()
    assert isinstance(said, dg.RunRequest) and "did not publish" in said.tags["hrss/reason"]

    folder = Settings().releases / "20260101-01"
    folder.mkdir(parents=True)
    (folder / "marts.duckdb").touch()
    Settings().current.symlink_to(folder)
    record_outcome(Settings(), "published", release_id="20260101-01")
    assert json.loads(Settings().run_record.read_text(encoding="utf-8"))["outcome"] == "published"
    assert isinstance(night(), dg.SkipReason)
    fresh = instance.get_latest_materialization_event(dg.AssetKey("release"))
    assert fresh is not None and fresh.asset_materialization is not None, "a quiet night finds the release up to date"
    assert fresh.asset_materialization.metadata["release_id"].value == "20260101-01"
