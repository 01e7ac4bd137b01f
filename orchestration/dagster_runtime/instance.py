"""The Dagster instance below `<home>`: its record of runs, its settings. Imports no Dagster."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

from orchestration.home_access import make_home
from orchestration.settings import Settings

CONFIGURATION = """\
telemetry:
  enabled: false
concurrency:
  runs:
    max_concurrent_runs: 1
compute_logs:
  module: dagster._core.storage.noop_compute_log_manager
  class: NoOpComputeLogManager
run_launcher:
  module: orchestration.dagster_runtime.run_processes
  class: OwnRunLauncher
run_monitoring:
  enabled: true
  poll_interval_seconds: 15
  start_timeout_seconds: 90
  cancel_timeout_seconds: 60
nux:
  enabled: false
"""


def prepare_instance(settings: Settings) -> None:
    """Make this process and its children use it: nothing calls home; one run at a time; overlong runs are ended; runs
    whose process is gone are found within two minutes; what steps print is not kept, since dbt may quote a row."""
    make_home(settings)
    settings.dagster_home.mkdir(mode=0o700, exist_ok=True)
    file = settings.dagster_home / "dagster.yaml"
    if not file.exists() or file.read_text(encoding="utf-8") != CONFIGURATION:
        file.write_text(CONFIGURATION, encoding="utf-8")
    os.environ.update(settings.environment())


@contextmanager
def calm_record() -> Iterator[None]:
    """For as long as this lasts, the SQLite files of this process stay open, each has one engine, and a commit does not
    wait for the disk.

    Dagster opens and closes them for each of a thousand events, and SQLite folds its log into the file whenever the
    last connection is closed; with an engine for each event, SQLAlchemy compiles every statement anew. A power cut may
    take the last events of the record, nothing else: files in WAL mode stay whole
    (sqlite.org/pragma.html#pragma_synchronous).
    """
    from dagster._core.storage.event_log.sqlite import sqlite_event_log
    from dagster._core.storage.runs.sqlite import sqlite_run_storage
    from sqlalchemy import create_engine, event
    from sqlalchemy.engine import Engine

    storages: tuple[Any, ...] = (sqlite_event_log, sqlite_run_storage)
    engines: dict[str, Engine] = {}
    kept: dict[str, sqlite3.Connection] = {}
    one_at_a_time = Lock()

    def engine_of(url: str, **options: Any) -> Engine:
        with one_at_a_time:
            if url not in engines:
                engines[url] = create_engine(url, **options)
            return engines[url]

    def connected(connection: Any, _: object) -> None:
        if not isinstance(connection, sqlite3.Connection):
            return
        connection.execute("PRAGMA synchronous = NORMAL")
        _, _, path = connection.execute("PRAGMA database_list").fetchone()
        with one_at_a_time:
            if path and path not in kept:
                kept[path] = sqlite3.connect(path, check_same_thread=False)
            if path:  # it takes part in the log from its first reading on
                kept[path].execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()

    event.listen(Engine, "connect", connected)
    for storage in storages:
        storage.create_engine = engine_of
    try:
        yield
    finally:
        for storage in storages:
            storage.create_engine = create_engine
        event.remove(Engine, "connect", connected)
        for connection in kept.values():
            connection.close()
