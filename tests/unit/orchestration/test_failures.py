"""Failures that people can do something about are told; only the others are logged."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
import sqlalchemy as sa

from expectations.redaction import safe_error_text
from orchestration.cli import main as cli
from orchestration.dagster_runtime import serve
from orchestration.dbt_build.runner import BuildFailed, build_failed
from orchestration.errors import DISK_FULL, log_traceback, user_message
from orchestration.gate.run import GateRefused
from orchestration.lock import Busy
from orchestration.release.publish import PublicationError
from orchestration.settings import Settings
from raw_landing.contract import ContractError
from raw_landing.errors import LandingError
from raw_landing.sample.generate import UnknownScaleError


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (GateRefused("it says"), 3),
        (Busy("it says"), 1),
        (BuildFailed("it says"), 1),
        (PublicationError("it says"), 1),
        (ContractError("it says"), 1),
        (UnknownScaleError("it says"), 64),
        (LandingError("/home/it says", "disk_full"), 1),
        (OSError(13, "it says", "/home"), 1),
        (duckdb.IOException("it says"), 1),
    ],
)
def test_told_with_its_exit_code_also_as_a_cause(error: Exception, code: int) -> None:
    wrapper = RuntimeError("a wrapper")
    wrapper.__cause__ = error
    for met in (error, wrapper):
        message, number = user_message(met) or ("", 0)
        assert "it says" in message and number == code


@pytest.mark.parametrize(
    "error",
    [
        OSError(28, "No space left on device", "/home/x"),
        OSError(122, "Disk quota exceeded", "/home/x"),
        duckdb.IOException('IO Error: Could not write file "x": No space left on device'),
        duckdb.OutOfMemoryException(
            "Out of Memory Error: failed to offload data block of size 256.0 KiB (1 GiB/1 GiB used).\n"
            "This limit was set by the 'max_temp_directory_size' setting."
        ),
        sqlite3.OperationalError("database or disk is full"),
        sa.exc.OperationalError("INSERT", {}, sqlite3.OperationalError("database or disk is full")),
        build_failed("  IO Error: Could not write to file: No space left on device\n", Path("/home/dbt.log")),
        build_failed("  Out of Memory Error: … 'max_temp_directory_size' setting.\n", Path("/home/dbt.log")),
        GateRefused(f"marts.x: {safe_error_text('IO Error: write: No space left on device', 'IOException')}"),
        PublicationError("Publication failed: /home/x: No space left on device."),
    ],
)
def test_a_full_disk_is_told_as_such_whoever_met_it(error: Exception) -> None:
    wrapper = RuntimeError("a stage")
    wrapper.__cause__ = error
    for met in (error, wrapper):
        message, code = user_message(met) or ("", 0)
        assert DISK_FULL in message and code == 1
    assert DISK_FULL not in str(user_message(duckdb.IOException("it says")))


def test_what_was_merely_under_way_is_not_the_cause() -> None:
    error = KeyError("a mistake")
    error.__context__ = OSError(13, "Permission denied", "/home")
    assert user_message(error) is None
    assert user_message(duckdb.BinderException("a mistake in our SQL")) is None


def test_unexpected_error_leaves_its_traceback_in_the_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object) -> None:
        raise KeyError("a mistake")

    monkeypatch.setattr("raw_landing.intake.inbox.pending", broken)
    with pytest.raises(SystemExit) as end:
        cli.main(["status", "--home", str(tmp_path)])
    log = tmp_path / "error.log"
    said = capsys.readouterr().err
    assert end.value.code == 1 and str(log) in said and "Traceback" not in said
    assert "Traceback" in log.read_text(encoding="utf-8") and log.stat().st_mode & 0o077 == 0


def test_traceback_is_shown_where_no_log_can_be_written() -> None:
    assert "no such attribute" in log_traceback(AttributeError("no such attribute"), Path("/proc/nowhere/error.log"))


ROW = "欧阳锋 420106199001011234"


def _int(text: str) -> None:
    int(text)


def _key(text: str) -> None:
    {}[text]


def _cast(text: str) -> None:
    duckdb.sql(f"select '{text}'::integer").fetchall()


def _column(text: str) -> None:
    duckdb.sql(f"select no_such_column from (select '{text}' as name)")


@pytest.mark.parametrize("fail", [_int, _key, _cast, _column])
@pytest.mark.parametrize("is_cause", [False, True])
def test_what_was_being_read_is_not_in_the_log(tmp_path: Path, fail: Callable[[str], None], *, is_cause: bool) -> None:
    try:
        try:
            fail(ROW)
        except Exception as error:
            if not is_cause:
                raise
            raise RuntimeError(str(error)) from error
    except Exception as error:
        log_traceback(error, tmp_path / "error.log")
    log = (tmp_path / "error.log").read_text(encoding="utf-8")
    assert "欧阳锋" not in log and "19900101" not in log
    assert "Traceback" in log and fail.__name__ in log


def test_logs_do_not_grow_without_bound(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("orchestration.errors.MOST_LOG_BYTES", 2000)
    file = tmp_path / "error.log"
    for number in range(100):
        log_traceback(AttributeError(f"attribute {number} is not there"), file)
    before = tmp_path / "error.before.log"
    assert {path.name for path in tmp_path.iterdir()} == {file.name, before.name}
    assert "attribute 99 is" in file.read_text("utf-8")
    assert all(path.stat().st_size < 3000 and path.stat().st_mode & 0o777 == 0o600 for path in (file, before))


def test_the_services_log_is_bounded_while_its_parts_write_to_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(serve, "MOST_LOG_BYTES", 2000)
    settings = Settings.of(home=tmp_path)
    settings.dagster_home.mkdir()
    with serve._log(settings) as log:
        for number in range(1000):
            os.write(log, f"line {number}\n".encode())  # as a child does, whose descriptor is a copy of this one
            serve._bound_log(settings, log)
    before = settings.service_log.with_suffix(".before.log")
    kept = [line for path in (before, settings.service_log) for line in path.read_text("utf-8").splitlines()]
    assert kept == [f"line {number}" for number in range(1000 - len(kept), 1000)] and len(kept) > 100
    assert settings.service_log.stat().st_size <= 2010 and before.stat().st_mode & 0o777 == 0o600
