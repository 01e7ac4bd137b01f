"""The public tables of the warehouse, copied into the file of a release. A night begins the copy while the gate still
judges the warehouse; a release takes it only if the warehouse has not been written since."""

from __future__ import annotations

import os
import shutil
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.dbt_build.catalogue import published_tables
from orchestration.settings import Settings
from raw_landing.database import STORAGE_VERSION, connect, identifier, literal


@dataclass(frozen=True)
class _Copy:
    """A copy under way or done, in a folder of its own. `state`: size and time of change of the warehouse's file when
    it was begun."""

    file: Path
    state: tuple[int, int]
    connection: duckdb.DuckDBPyConnection
    done: Future[None]


_copies: dict[Path, _Copy] = {}
"""By home."""


def begin_copy(settings: Settings) -> None:
    """Copy the tables in a thread, beside whatever this process does next. What fails there is tried again, and told,
    by `copy_tables`."""
    discard_copy(settings)
    file, state = settings.home / f".public_tables.{os.getpid()}.tmp" / "marts.duckdb", _state(settings)
    connection = connect(spill=settings.spill)
    beside = ThreadPoolExecutor(max_workers=1)
    done = beside.submit(_copy, connection, settings, file)
    beside.shutdown(wait=False)
    _copies[settings.home] = _Copy(file, state, connection, done)


def discard_copy(settings: Settings) -> None:
    """Give up the copy that was begun, if there is one."""
    if (copy := _copies.pop(settings.home, None)) is not None:
        with suppress(duckdb.Error, OSError):  # it is done and its connection closed, or it has failed
            copy.connection.interrupt()
            copy.done.result()
        shutil.rmtree(copy.file.parent, ignore_errors=True)


def copy_tables(settings: Settings, target: Path) -> None:
    """Make the file `target` of the public tables as they stand: the copy that was begun, or one made now where there
    is none, where it failed or the warehouse has been written since. Raises duckdb.Error, OSError."""
    copy = _copies.get(settings.home)
    if copy is not None and copy.state == _state(settings):
        with suppress(duckdb.Error, OSError):  # what does not pass is told below
            copy.done.result()
            copy.file.replace(target)
    discard_copy(settings)
    if not target.exists():
        _copy(connect(spill=settings.spill), settings, target)


def _state(settings: Settings) -> tuple[int, int]:
    file = settings.warehouse.stat()
    return file.st_size, file.st_mtime_ns


def _copy(connection: duckdb.DuckDBPyConnection, settings: Settings, target: Path) -> None:
    with closing(connection):
        target.parent.mkdir(exist_ok=True)
        connection.execute(f"attach {literal(target)} as public (storage_version '{STORAGE_VERSION}')")
        connection.execute(f"attach {literal(settings.warehouse)} as warehouse (read_only)")
        connection.execute("begin")  # at once: each commit waits for the disk
        for table in published_tables(settings):
            columns, name = ", ".join(identifier(column.name) for column in table.columns), identifier(table.name)
            connection.execute(
                f"create table public.{name} as select {columns} from warehouse.marts.{name} order by all"
            )
        connection.execute("commit; checkpoint public; detach public")
