"""A home that cannot be used: one clear sentence, nothing half written, and the next run completes."""

from __future__ import annotations

import errno
import os
import sqlite3
from pathlib import Path
from typing import Any

import duckdb
import pytest

from raw_landing import landing_run
from raw_landing.errors import HomeUnusable, InboxUnreachable, LandingError, LedgerUnusable
from raw_landing.ledger.store import Ledger
from tests.support.inbox import World, body, name

EXTRACT = "postdoc_intake"


def fill(world: World) -> None:
    for period in ("2024-03", "2024-04"):
        world.deliver(name(EXTRACT, period), body(EXTRACT, period, 1, 2))


def full(*_: Any, **__: Any) -> Any:
    raise OSError(errno.ENOSPC, "No space left on device")


def full_in_duckdb(*_: Any, **__: Any) -> Any:
    raise duckdb.IOException('IO Error: Could not write file "x": No space left on device')


def full_in_sqlite(*_: Any, **__: Any) -> Any:
    raise sqlite3.OperationalError("database or disk is full")


@pytest.mark.parametrize(
    ("target", "attribute", "failure"),
    [
        (os, "fsync", full),
        (os, "replace", full),
        (landing_run, "compress", full),
        (landing_run, "read_dumps", full_in_duckdb),
        (Ledger, "commit", full_in_sqlite),
    ],
    ids=["sync", "rename", "archive", "parquet", "ledger"],
)
def test_a_full_disk(world: World, monkeypatch: pytest.MonkeyPatch, target: Any, attribute: str, failure: Any) -> None:
    fill(world)
    with monkeypatch.context() as patched:
        patched.setattr(target, attribute, failure)
        with pytest.raises(HomeUnusable, match="the disk is full; free some space and run again"):
            world.land()
    world.land()
    assert set(world.statuses().values()) == {"loaded"}
    assert world.files() == world.named_files()


def test_a_ledger_that_is_truly_full(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(world)
    world.land()
    real = sqlite3.connect

    def small(*arguments: Any, **named: Any) -> sqlite3.Connection:
        connection = real(*arguments, **named)
        connection.execute(f"PRAGMA max_page_count = {connection.execute('PRAGMA page_count').fetchone()[0]}")
        return connection

    for number in range(1, 40):
        world.deliver(f"talent/{number}/{name(EXTRACT).split('/')[1]}", body(EXTRACT, "2024-03", number))
    with monkeypatch.context() as patched:
        patched.setattr(sqlite3, "connect", small)
        with pytest.raises(HomeUnusable, match=r"ledger\.sqlite: the disk is full"):
            world.land()
    world.land()
    assert len(world.statuses()) == 41


def test_what_breaks_the_reader_is_logged_without_its_cells(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    cell = "420106199001011234"

    def break_down(*_: Any, **__: Any) -> Any:
        try:
            raise ValueError(cell)
        except ValueError as error:
            raise duckdb.ConversionException(f"Could not convert string '{cell}' to DATE") from error

    monkeypatch.setattr(landing_run, "read_dumps", break_down)
    world.deliver(name(EXTRACT), body(EXTRACT, "2024-03", 1))
    (receipt,) = world.land().receipts
    assert receipt.reasons == ("hostile",)
    assert cell not in caplog.text + receipt.message_zh + receipt.message_en
    assert receipt.dump_id in caplog.text
    assert "ConversionException at test_trouble.py:" in caplog.text


@pytest.mark.parametrize(
    ("code", "words"),
    [(errno.EROFS, "read-only"), (errno.EACCES, "permission denied"), (errno.EIO, "the disk does not answer")],
)
def test_a_home_that_cannot_be_made(world: World, monkeypatch: pytest.MonkeyPatch, code: int, words: str) -> None:
    fill(world)

    def refuse(path: Any, *_: Any) -> None:
        raise OSError(code, os.strerror(code), str(path))

    monkeypatch.setattr(os, "mkdir", refuse)
    with pytest.raises(HomeUnusable, match=words) as told:
        world.land()
    assert str(told.value).startswith(str(world.home))
    assert str(told.value).count("\n") == 1


def test_a_file_stands_where_the_home_should_be(world: World) -> None:
    fill(world)
    world.home.write_text("")
    with pytest.raises(HomeUnusable, match="stands where a folder should be"):
        world.land()


def test_another_run_holds_the_ledger(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(world)
    with Ledger.open(_prepared(world), create=True):
        pass
    real = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *a, **n: real(*a, **{**n, "timeout": 0}))
    other = real(world.home / "landed" / "ledger.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(LedgerUnusable, match="another run is writing"):
        world.land()
    other.execute("ROLLBACK")
    other.close()
    assert world.land().by_status == {"loaded": 2}


def _prepared(world: World) -> Path:
    (world.home / "landed").mkdir(parents=True)
    return world.home


def test_an_inbox_that_is_not_connected(world: World) -> None:
    world.inbox.rmdir()
    with pytest.raises(InboxUnreachable, match="connect the share"):
        world.land()


def test_a_disk_of_the_share_that_fails_leaves_the_file_for_later(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(world)
    real = os.open

    def failing(path: Any, *arguments: Any, **named: Any) -> int:
        if str(path).endswith("2024-03__420100.csv"):
            raise OSError(errno.ESTALE, "Stale file handle", str(path))
        return real(path, *arguments, **named)

    with monkeypatch.context() as patched:
        patched.setattr(os, "open", failing)
        landed = world.land()
    assert [(one.path, one.en) for one in landed.left] == [(name(EXTRACT), "it cannot be read: Stale file handle")]
    assert landed.by_status == {"loaded": 1}
    assert world.land().by_status == {"loaded": 1}


def test_errors_are_one_family() -> None:
    assert all(issubclass(one, LandingError) for one in (HomeUnusable, InboxUnreachable, LedgerUnusable))
