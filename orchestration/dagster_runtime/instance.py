"""The Dagster instance below `<home>`: its record of runs, its settings. Imports no Dagster."""

from __future__ import annotations

import errno
import os
import re
import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from orchestration.errors import causes
from orchestration.files import replace_text
from orchestration.home_access import make_home
from orchestration.progress import reporter
from orchestration.settings import Settings
from orchestration.text import pair
from raw_landing.errors import machine_errno

LOCATION = "orchestration.definitions"
"""The code location: the module that Dagster loads, and what its page calls it."""

AHEAD_SECONDS = 300
"""So far clocks differ; what lies further ahead was written by one that was wrong."""

EVENT_BATCH = "500"
"""So many events that belong together Dagster hands over at once (its variable DAGSTER_EVENT_BATCH_SIZE)."""

CONFIGURATION = """\
telemetry:
  enabled: false
concurrency:
  runs:
    max_concurrent_runs: 1
compute_logs:
  module: dagster._core.storage.noop_compute_log_manager
  class: NoOpComputeLogManager
event_log_storage:
  module: orchestration.dagster_runtime.event_record
  class: EventRecord
run_launcher:
  module: orchestration.dagster_runtime.run_processes
  class: OwnRunLauncher
run_monitoring:
  enabled: true
  poll_interval_seconds: 15
  start_timeout_seconds: 90
  cancel_timeout_seconds: 60
freshness:
  enabled: true
nux:
  enabled: false
"""


def prepare_instance(settings: Settings) -> None:
    """Make this process and its children use it: nothing calls home; one run at a time; overlong runs are ended; runs
    whose process is gone are found within two minutes; what steps print is not kept, since dbt may quote a row."""
    make_home(settings)
    settings.dagster_home.mkdir(mode=0o700, exist_ok=True)
    file = settings.dagster_home / "dagster.yaml"
    if not file.exists() or file.read_bytes() != CONFIGURATION.encode():
        replace_text(file, CONFIGURATION)
    os.environ.update(settings.environment())
    os.environ.setdefault("DAGSTER_EVENT_BATCH_SIZE", EVENT_BATCH)


def discard_damaged_record(settings: Settings, *, wholly: bool = True) -> bool:
    """Remove those of Dagster's databases that are damaged or not Dagster's; it makes them anew, empty. Looks at every
    page of them, or at their heads alone. Returns whether there was any. Raises OSError."""
    damaged = [file for file in _databases(settings) if file.exists() and not _is_whole(file, wholly=wholly)]
    for file in damaged:
        for path in _with_journals(file):
            path.unlink(missing_ok=True)
        reporter().note(
            *pair("run.dagster_record_damaged", file=file),
        )
    return bool(damaged)


def discard_future_schedules(settings: Settings, now: float) -> bool:
    """Remove what schedule and sensors remember if it lies in the future: they would wait until the clock gets there.
    `now`: seconds since 1970. Returns whether there was any. Raises OSError."""
    file = _databases(settings)[-1]
    if not file.exists() or _newest_memory(file) <= now + AHEAD_SECONDS:
        return False
    for path in _with_journals(file):
        path.unlink(missing_ok=True)
    reporter().note(*pair("run.schedules_in_the_future", file=file))
    return True


def _newest_memory(file: Path) -> float:
    """The latest moment that Dagster's database of schedules knows; 0 where it cannot be read."""
    with closing(sqlite3.connect(file)) as connection, suppress(sqlite3.DatabaseError):
        ticks = connection.execute("SELECT max(unixepoch(timestamp)) FROM job_ticks").fetchone()[0]
        bodies = connection.execute("SELECT instigator_body FROM instigators").fetchall()
        known = (number for (body,) in bodies for number in re.findall(r'_timestamp": *([0-9.]+)', body))
        return max(float(ticks or 0), *map(float, known), 0)
    return 0


def discard_record(settings: Settings) -> bool:
    """Remove all of Dagster's databases. Returns whether there was any. Raises OSError."""
    found = [file.parent for file in _databases(settings) if file.parent.exists()]
    for folder in found:
        shutil.rmtree(folder, ignore_errors=True)  # one lies in another
    if found:
        reporter().note(
            *pair("run.dagster_record_unusable", dagster_home=settings.dagster_home),
        )
    return bool(found)


def is_of_record(error: BaseException) -> bool:
    """Whether it is Dagster's SQLite that failed, and not for the machine's or another process's sake."""
    for cause in causes(error):
        original = getattr(cause, "orig", None)  # of SQLAlchemy's errors; the ledger does without SQLAlchemy
        if isinstance(original, sqlite3.DatabaseError):
            mends_itself = ("locked", "readonly", "unable to open")
            return machine_errno(original) is None and not any(words in str(original) for words in mends_itself)
    return False


def _with_journals(file: Path) -> list[Path]:
    return [file, *(file.with_name(file.name + end) for end in ("-wal", "-shm", "-journal"))]


def _databases(settings: Settings) -> list[Path]:
    """Of runs, of events, of schedule and sensor. A run's own database of events is read for its page alone."""
    history = settings.dagster_home / "history"
    return [history / "runs.db", history / "runs" / "index.db", settings.dagster_home / "schedules" / "schedules.db"]


def _is_whole(file: Path, *, wholly: bool) -> bool:
    try:
        with closing(sqlite3.connect(file)) as connection:
            made = connection.execute("SELECT count(*) FROM alembic_version").fetchone() == (1,)
            return made and (not wholly or connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))
    except sqlite3.DatabaseError as error:
        if "locked" in str(error):  # by a process that works with it
            return True
        if machine_errno(error) is not None or "unable to open" in str(error):
            raise OSError(*_told(file, error)) from error
        return False


def _told(file: Path, error: sqlite3.DatabaseError) -> tuple[int, str, str]:
    code = machine_errno(error) or errno.EACCES
    return code, os.strerror(code), str(file)
