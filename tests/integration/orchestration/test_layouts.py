"""Homes of every earlier program are brought to the layout of this one; a newer home is left alone."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from orchestration.layout import LAYOUT, NewerHome, note_layout, noted_layout
from orchestration.lock import writer_lock
from orchestration.pipeline import layouts
from orchestration.pipeline.health import health
from orchestration.pipeline.layouts import STEPS, bring_up_to_date, recognized
from orchestration.release.log import PUBLISHED, history, release_ids
from orchestration.settings import WUHAN, Settings
from tests.support.commands import hrss
from tests.support.publishing import publish_ungated

PRINTED = "dagster/storage/0a1b/compute_logs/dbt.out"


@pytest.fixture(scope="module")
def present(small_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a release that a run of this program has left. Not to be changed."""
    home = tmp_path_factory.mktemp("layouts") / "home"
    settings = Settings.of(home=shutil.copytree(small_home, home))
    publish_ungated(settings)
    now = datetime.now(WUHAN) - timedelta(hours=1)
    settings.run_record.write_text(json.dumps({"outcome": "published", "finished_at": now.isoformat()}))
    return home


def third(settings: Settings) -> None:
    """As from 2026-11-28 at four o'clock: no sign of life was left."""
    settings.heartbeat.unlink(missing_ok=True)


def second(settings: Settings) -> None:
    """As from the afternoon of 2026-11-22 on: Dagster kept what its steps printed."""
    third(settings)
    printed = settings.home / PRINTED
    printed.parent.mkdir(parents=True)
    printed.write_text("a row")


def first(settings: Settings) -> None:
    """As of the first program: no record of publications."""
    second(settings)
    settings.history.unlink()


EARLIER: dict[int, Callable[[Settings], None]] = {1: first, 2: second, 3: third}


@pytest.fixture(params=sorted(EARLIER))
def earlier(request: pytest.FixtureRequest, present: Path, tmp_path: Path) -> Iterator[tuple[int, Settings]]:
    """A home of each earlier layout, with its number."""
    settings = Settings.of(home=shutil.copytree(present, tmp_path / "home", symlinks=True))
    EARLIER[request.param](settings)
    yield request.param, settings


def assert_is_present(settings: Settings) -> None:
    assert noted_layout(settings) == LAYOUT == recognized(settings)
    assert [event["to"] for event in history(settings) if event["event"] == PUBLISHED] == release_ids(settings)
    assert not (settings.dagster_home / "storage").exists()
    assert health(settings).state == "well"


def test_every_layout_that_is_known_has_a_test() -> None:
    assert sorted(EARLIER) == sorted(STEPS) == list(range(1, LAYOUT))


def test_a_home_of_an_earlier_layout_is_brought_forward(earlier: tuple[int, Settings]) -> None:
    number, settings = earlier
    assert recognized(settings) == number
    bring_up_to_date(settings)
    assert_is_present(settings)


def test_a_step_that_was_killed_is_taken_again(earlier: tuple[int, Settings], monkeypatch: pytest.MonkeyPatch) -> None:
    """Before it, and after it before it was put on record."""
    number, settings = earlier
    for which in range(number, LAYOUT):
        step = STEPS[which]

        def died(settings: Settings, step: Callable[[Settings], None] = step) -> None:
            step(settings)
            raise KeyboardInterrupt

        monkeypatch.setitem(layouts.STEPS, which, died)
        with pytest.raises(KeyboardInterrupt):
            bring_up_to_date(settings)
        assert noted_layout(settings) in (None, which)
        monkeypatch.setitem(layouts.STEPS, which, step)
    bring_up_to_date(settings)
    assert_is_present(settings)


def test_a_lost_record_is_no_matter(present: Path, tmp_path: Path) -> None:
    settings = Settings.of(home=shutil.copytree(present, tmp_path / "home", symlinks=True))
    bring_up_to_date(settings)
    for content in ("", "{", '{"layout": "x"}', "[4]"):
        settings.layout_record.write_text(content)
        bring_up_to_date(settings)
        assert_is_present(settings)


def test_a_new_home_has_the_present_layout(tmp_path: Path) -> None:
    """Also within its first run, which is on record before anything else."""
    settings = Settings.of(home=tmp_path)
    settings.run_record.write_text(json.dumps({"outcome": "running", "started_at": "2026-11-30T02:30:00+08:00"}))
    assert recognized(settings) == LAYOUT
    bring_up_to_date(settings)
    assert noted_layout(settings) == LAYOUT


def test_a_newer_home_is_refused_and_nothing_is_changed(present: Path, tmp_path: Path) -> None:
    settings = Settings.of(home=shutil.copytree(present, tmp_path / "home", symlinks=True))
    note_layout(settings, LAYOUT + 1)
    before = settings.layout_record.read_bytes()
    for refused in (lambda: bring_up_to_date(settings), lambda: writer_lock(settings, "test").__enter__()):
        with pytest.raises(NewerHome, match=f"layout {LAYOUT + 1}; this one knows up to {LAYOUT}"):
            refused()
    for command in (("status",), ("verify",), ("rollback", "20260101-01", "--reason", "test")):
        assert "was written by a newer program" in hrss(*command, "--home", settings.home, code=1)
    assert settings.layout_record.read_bytes() == before
    with suppress(FileNotFoundError):
        assert not settings.lock_file.with_suffix(".json").read_text()
