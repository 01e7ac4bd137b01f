"""What the program does to start quickly, beyond its libraries' documented interfaces. HRSS_PLAIN_START=1 switches all
of it off: the results are the same, every run takes longer.

| what                   | saves                                            | upstream                | test
|------------------------|--------------------------------------------------|-------------------------|-----------------
| `tune_gc`              | a tenth of a night: a million long-lived objects | none, the documented    | test_startup.py
|                        | are not scanned again and again                  | use of `gc`             |
| `block_import("dbt")`  | seconds per run: dagster-dbt would load dbt,     | none known              | test_startup.py
|                        | which runs in a child process                    |                         |
| `fast_dagster_storage` | an engine, a connection and a wait for the disk  | dagster-io/dagster#2021 | test_startup.py
|                        | for each of a thousand events                    | (files opened)          |
| `lazy_imports` in      | a third of the import of Great Expectations:     | great_expectations#2984 | test_start_up.py
| expectations/          | altair and scipy.stats                           | (slow import)           |

Imports nothing heavy.
"""

from __future__ import annotations

import atexit
import gc
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

PLAIN = "HRSS_PLAIN_START"
"""The variable that switches everything off here; expectations.lazy_imports reads it, too."""

GC_THRESHOLD = 50_000
"""New containers before young objects are scanned (Python: 700): a few megabytes."""


def is_plain() -> bool:
    """Whether the libraries are left as they are."""
    return os.environ.get(PLAIN, "") not in ("", "0")


def tune_gc() -> None:
    """Look for cyclic garbage seldom, and not at all when the process ends: Dagster, dbt and Great Expectations make a
    million objects that live as long as the process (docs.python.org/3/library/gc.html)."""
    if is_plain():
        return
    gc.set_threshold(GC_THRESHOLD, 20, 50)
    atexit.register(gc.freeze)


@contextmanager
def block_import(name: str) -> Iterator[None]:
    """Within it, `import` does as if this package were not installed, unless it is loaded already."""
    if name in sys.modules or is_plain():
        yield
        return
    sys.modules[name] = None  # type: ignore[assignment]  # None makes `import` fail (Python reference, 5.3.1)
    try:
        yield
    finally:
        del sys.modules[name]


@contextmanager
def fast_dagster_storage() -> Iterator[None]:
    """Within it, Dagster's SQLite files stay open in this process: each has one engine, whose connections are kept,
    and a commit does not wait for the disk.

    Dagster opens and closes them for each of thousands of events, and SQLite folds its log into the file whenever the
    last connection is closed; with an engine for each event, SQLAlchemy compiles every statement anew. A power cut may
    take the last events of the record, nothing else: files in WAL mode stay whole
    (sqlite.org/pragma.html#pragma_synchronous).
    """
    if is_plain():
        yield
        return
    import sqlite3
    from threading import Lock

    from dagster._core.storage.event_log.sqlite import sqlite_event_log
    from dagster._core.storage.runs.sqlite import sqlite_run_storage
    from sqlalchemy import create_engine, event
    from sqlalchemy.engine import Engine
    from sqlalchemy.pool import QueuePool

    storages: tuple[Any, ...] = (sqlite_event_log, sqlite_run_storage)
    engines: dict[str, Engine] = {}
    one_at_a_time = Lock()

    def engine_of(url: str, **options: Any) -> Engine:
        with one_at_a_time:
            if url not in engines:
                engine = engines[url] = create_engine(url, **options | {"poolclass": QueuePool})
                engine.dispose = kept  # type: ignore[method-assign]  # Dagster disposes of it after each event
                event.listen(engine, "connect", no_waiting)
            return engines[url]

    def kept(close: bool = True) -> None:
        pass

    def no_waiting(connection: sqlite3.Connection, _: object) -> None:
        connection.execute("PRAGMA synchronous = NORMAL")

    for storage in storages:
        storage.create_engine = engine_of
    try:
        yield
    finally:
        for storage in storages:
            storage.create_engine = create_engine
        for engine in engines.values():
            Engine.dispose(engine)
