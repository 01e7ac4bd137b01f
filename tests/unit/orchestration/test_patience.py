"""What may pass is waited for, with growing pauses and a word each time; nothing else is tried twice; no run goes on
for ever."""

from __future__ import annotations

import errno
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from orchestration.gate.run import GateRefused
from orchestration.patience import may_pass, patiently
from orchestration.progress import reporter
from orchestration.settings import Settings
from raw_landing.database import connect
from raw_landing.errors import HomeUnusable, InboxUnreachable, LandingError, LedgerUnusable, as_landing_error
from raw_landing.intake.inbox import inbox_of


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("HRSS_TRIES", "4")
    monkeypatch.setenv("HRSS_RETRY_SECONDS", "3")
    return Settings.of(home=tmp_path / "home", landing=tmp_path / "landing")


@pytest.fixture
def paused(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses that were made, in seconds; nobody waits."""
    made: list[float] = []
    monkeypatch.setattr(time, "sleep", made.append)
    return made


def raised_by_system(code: int, home: Path) -> LandingError:
    with pytest.raises(LandingError) as found, as_landing_error(home):
        raise OSError(code, os.strerror(code), str(home / "a"))
    return found.value


def test_a_share_that_is_mounted_late_is_waited_for(settings: Settings, paused: list[float]) -> None:
    def look() -> Path:
        if len(paused) == 2:
            settings.inbox.mkdir(parents=True)
        return inbox_of(settings.landing)

    assert patiently(settings, look) == settings.inbox
    assert paused == [3, 6]
    waits = [note for note in reporter().notes if str(settings.inbox) in note]
    assert [note.rpartition(" (")[2] for note in waits] == ["again in 3 s, try 2 of 4)", "again in 6 s, try 3 of 4)"]
    assert all("connect the share" in note for note in waits)


def test_what_does_not_pass_in_time_is_raised_as_it_was(settings: Settings, paused: list[float]) -> None:
    with pytest.raises(InboxUnreachable, match="connect the share"):
        patiently(settings, lambda: inbox_of(settings.landing))
    assert paused == [3, 6, 12]


def test_a_database_that_a_reader_has_open_is_waited_for(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HRSS_RETRY_SECONDS", "0.2")
    settings.warehouse.parent.mkdir()
    connect(settings.warehouse).close()
    reading = "import duckdb, sys, time; one = duckdb.connect(sys.argv[1], read_only=True); print('open', flush=True);"
    command = [sys.executable, "-c", f"{reading} time.sleep(0.5)", settings.warehouse]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as reader:
        assert reader.stdout is not None and reader.stdout.readline() == "open\n"
        patiently(Settings.of(home=settings.home), lambda: connect(settings.warehouse)).close()
    assert any(f"process {reader.pid}" in note and "try 2 of 4" in note for note in reporter().notes)


@pytest.mark.parametrize("code", [errno.ESTALE, errno.EBUSY, errno.ETIMEDOUT, errno.EHOSTDOWN])
def test_a_file_that_is_busy_and_a_share_that_does_not_answer_may_pass(code: int, tmp_path: Path) -> None:
    assert may_pass(raised_by_system(code, tmp_path))


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EIO, errno.ENOENT])
def test_a_full_disk_and_missing_rights_do_not_pass(
    code: int, settings: Settings, paused: list[float], tmp_path: Path
) -> None:
    error = raised_by_system(code, tmp_path)

    def fail() -> None:
        raise error

    with pytest.raises(HomeUnusable):
        patiently(settings, fail)
    assert paused == []


def test_an_inbox_that_may_not_be_entered_does_not_pass(tmp_path: Path) -> None:
    try:
        raise InboxUnreachable(tmp_path, "inbox_unreadable", why="Permission denied") from PermissionError(
            errno.EACCES, "Permission denied"
        )
    except InboxUnreachable as error:
        assert not may_pass(error)


def test_a_refusal_and_wrong_data_do_not_pass(tmp_path: Path) -> None:
    assert not may_pass(GateRefused("no"))
    assert not may_pass(ValueError("wrong"))
    with pytest.raises(LandingError) as damaged, as_landing_error(tmp_path):
        raise sqlite3.DatabaseError("file is not a database")
    assert not may_pass(damaged.value)


def test_a_ledger_that_another_process_locks_may_pass(tmp_path: Path) -> None:
    with pytest.raises(LedgerUnusable) as locked, as_landing_error(tmp_path):
        raise sqlite3.OperationalError("database is locked")
    assert may_pass(locked.value)


HANG = """
import signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_DFL)  # a job in the background may have been started with it ignored
from orchestration.patience import time_limit
from orchestration.settings import Settings
with time_limit(Settings()):
    if sys.argv[1] == "hang":
        time.sleep(60)
time.sleep(0.5)
print("done")
"""


@pytest.mark.parametrize(("does", "code"), [("hang", -signal.SIGTERM), ("end", 0)])
def test_a_run_that_hangs_is_ended_and_one_that_has_ended_is_not(does: str, code: int) -> None:
    hours = {"HRSS_MAX_RUN_HOURS": str(0.3 / 3600)}
    run = subprocess.run(
        [sys.executable, "-c", HANG, does], env=os.environ | hours, capture_output=True, text=True, check=False
    )
    assert run.returncode == code
    assert ("is ended; the next completes the work" in run.stderr) == (does == "hang")
    assert run.stdout == ("" if code else "done\n")
