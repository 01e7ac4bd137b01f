"""`hrss purge`: shows what is over its period, removes it when told to, on record."""

from __future__ import annotations

import os
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from orchestration.alerts.check import after_run
from orchestration.audit_log import audit_entries
from orchestration.lock import writer_lock
from orchestration.operations.backup import take_backup
from orchestration.operations.purge import overdue, purge_overdue
from orchestration.operations.scrub import scrub
from orchestration.settings import WUHAN, Settings
from tests.support.commands import hrss
from tests.support.inbox import World, body, name

EXTRACT = "postdoc_intake"
PERIODS = {"keep_originals_months": 3, "keep_quarantine_days": 30, "keep_restricted_days": 30}


@pytest.fixture
def settings(world: World) -> Settings:
    """A home in which a dump was superseded; every period is over in a year."""
    world.deliver(name(EXTRACT, revision=2), body(EXTRACT, "2024-03", 4))
    world.land()
    settings = Settings.of(home=world.home, landing=world.landing).model_copy(update=PERIODS)
    settings.work_list.parent.mkdir(mode=0o700)
    settings.work_list.touch()
    settings.pseudonym_key.write_text("ab" * 32)
    return settings


def let_pass(settings: Settings, monkeypatch: pytest.MonkeyPatch, days: int) -> None:
    """Days go by."""
    now = datetime.now(WUHAN) + timedelta(days=days)

    class Clock(datetime):
        @classmethod
        def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
            return now

    monkeypatch.setattr("orchestration.operations.purge.datetime", Clock)


def test_what_is_over_its_period_goes_on_record(
    world: World, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    assert not overdue(settings) and not purge_overdue(settings)
    rows = world.active_rows(EXTRACT)
    let_pass(settings, monkeypatch, 31)
    found = overdue(settings)
    assert (len(found.landed.dumps), len(found.landed.refused_of), list(found.lists)) == (0, 1, [settings.work_list])
    let_pass(settings, monkeypatch, 100)
    found = purge_overdue(settings)
    assert (len(found.landed.dumps), len(found.landed.refused_of), list(found.lists)) == (1, 0, [settings.work_list])
    assert found.bytes > 0 and not any(path.exists() for path in found.landed.files)
    assert settings.pseudonym_key.exists() and not settings.work_list.exists()
    (event,) = [one for one in audit_entries(settings) if one["event"] == "overdue_purged"]
    assert event["facts"]["dumps"] == [found.landed.dumps[0].dump_id]
    assert event["facts"]["keep_originals_months"] == 3
    assert world.active_rows(EXTRACT) == rows and not overdue(settings)
    world.land()
    assert not scrub(settings).damaged, "what was purged is not lost"
    assert not take_backup(settings, settings.home.parent / "backup", keep=0, wait_minutes=0).lacking


def test_a_night_that_ends_well_purges_where_a_period_is_set(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    let_pass(settings, monkeypatch, 31)
    after_run(settings.model_copy(update=dict.fromkeys(PERIODS, 0)), ended_well=True)
    after_run(settings, ended_well=False)
    assert settings.work_list.exists()
    with writer_lock(settings, "another"):
        after_run(settings, ended_well=True)
    assert settings.work_list.exists() and "not purged" not in caplog.text, "the next night does it"
    after_run(settings, ended_well=True)
    assert not settings.work_list.exists() and not overdue(settings)
    monkeypatch.setattr("orchestration.operations.purge.purge_overdue", lambda _: Path("/nowhere").stat())
    after_run(settings, ended_well=True)
    assert "FileNotFoundError" in caplog.text, "it fails no night"


def test_the_command_shows_and_removes_nothing_unasked(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.deliver(name(EXTRACT, revision=2), body(EXTRACT, "2024-03", 4))
    world.land()
    listed = Settings.of(home=world.home)
    listed.work_list.parent.mkdir(mode=0o700)
    listed.work_list.touch()
    os.utime(listed.work_list, (0, 0))
    assert "Nothing is over its period." in hrss("purge", "--home", world.home)
    monkeypatch.setenv("HRSS_KEEP_RESTRICTED_DAYS", "7")
    said = hrss("purge", "--home", world.home)
    assert "hrss purge --yes removes it" in said and str(listed.work_list) in said and listed.work_list.exists()
    assert "Removed, on record" in hrss("purge", "--yes", "--home", world.home)
    assert not listed.work_list.exists()
