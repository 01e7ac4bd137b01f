"""The machine of the simulated year: a clock that its processes follow, the command line in processes of their own,
what they and the home take."""

from __future__ import annotations

import importlib
import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime, timedelta, tzinfo
from multiprocessing import forkserver
from pathlib import Path
from typing import NoReturn

from orchestration.dbt_build.manifest import compile_dbt
from orchestration.settings import PROJECT, WUHAN, Settings
from tests.support.commands import run_command
from tests.support.processes import PRELOADED, PROCESSES
from tests.tools.year.deliveries import FIRST_NIGHT

ASKED = tuple(
    ".".join(path.relative_to(PROJECT).with_suffix("").parts)
    for package in ("orchestration", "raw_landing")
    for path in sorted((PROJECT / package).rglob("*.py"))
    if "datetime.now(" in path.read_text(encoding="utf-8")
)
"""Our modules that ask what time it is."""

PAGE = os.sysconf("SC_PAGE_SIZE")
_time = time.time

PARTS = {
    "Dagster's record": ("dagster",),
    "landed": ("landed", "quarantine"),
    "archive": ("archive",),
    "warehouse": ("warehouse.duckdb",),
    "dbt": ("dbt",),
    "kept state": ("released",),
    "releases": ("published",),
}
"""The home by part, for its size."""


class Clock:
    """The time of the simulated machine, in a file: it goes on from where it is set, and may be set while processes
    follow it."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def set(self, moment: datetime) -> None:
        """From now on it is this moment."""
        beside = self.file.with_suffix(".new")
        beside.write_text(f"{moment.timestamp() - _time():+.3f}", encoding="ascii")
        beside.replace(self.file)

    def seconds(self) -> float:
        """Since 1970, as time.time() tells them."""
        return _time() + float(self.file.read_text(encoding="ascii"))

    def follow(self) -> None:
        """Let this process have this time: what it asks of `time`, and what our own modules ask of `datetime`. Times of
        files are the real ones; of dbt and DuckDB nobody asks the time."""
        time.time = self.seconds
        time.time_ns = lambda: int(self.seconds() * 1e9)

        class Followed(datetime, metaclass=_AnyDatetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]  # a plain one
                return datetime.fromtimestamp(self.seconds(), tz)

        vars(importlib.import_module("orchestration.pipeline.clock"))["FIRST_DAY"] = FIRST_NIGHT - timedelta(days=9)
        for name in ASKED:
            vars(importlib.import_module(name))["datetime"] = Followed


class _AnyDatetime(type):
    """Of a class that every datetime counts as one of."""

    def __instancecheck__(cls, one: object) -> bool:
        return isinstance(one, datetime)


def warm_up(models: Path) -> None:
    """Start the process that all others are forked from: with Dagster's definitions, loaded by a home in which dbt has
    read the models, so that no night loads them again."""
    os.environ.update(Settings.of(home=models).environment())
    if not models.exists():
        compile_dbt(Settings.of(home=models))
    PROCESSES.set_forkserver_preload([*PRELOADED[:-1], "orchestration.definitions", PRELOADED[-1]])
    forkserver.ensure_running()


def moment_of(night: int) -> datetime:
    """02:30 in Hubei, of the night of that number."""
    day = FIRST_NIGHT + timedelta(days=night - 1)
    return datetime(day.year, day.month, day.day, 2, 30, tzinfo=WUHAN)


class Command:
    """`hrss` at work in a process group of its own, forked from a process that has imported what it needs."""

    def __init__(self, clock: Clock, said: Path, *arguments: str | Path) -> None:
        self.said, self.begun = said, time.monotonic()
        self.peak = 0
        self.process = PROCESSES.Process(target=_lead, args=(clock, [*map(str, arguments)], dict(os.environ), said))
        self.process.start()

    def wait(self, seconds: float) -> bool:
        """Whether it ends within so many seconds; its memory is looked at meanwhile."""
        until = time.monotonic() + seconds
        while self.process.exitcode is None and (left := until - time.monotonic()) > 0:
            self.process.join(min(left, 0.5))
            self.peak = max(self.peak, sum(size for _, size in _of_session(self.process.pid)))
        return self.process.exitcode is not None

    def kill(self, *, all_of_it: bool) -> bool:
        """End it at once: all its processes, or the one that leads them alone. Returns whether it still ran."""
        leader = self.process.pid
        assert leader is not None
        for pid in [pid for pid, _ in _of_session(leader)] if all_of_it else [leader]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.join()
        return self.exit_code == -signal.SIGKILL

    @property
    def seconds(self) -> float:
        """Since it was started."""
        return time.monotonic() - self.begun

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self.process.exitcode


def _lead(clock: Clock, arguments: list[str], environment: dict[str, str], said: Path) -> NoReturn:
    os.setsid()
    os.environ.update(environment)
    clock.follow()
    run_command(arguments, environment, said.parent, said)


def _of_session(leader: int | None) -> Iterator[tuple[int, int]]:
    """The processes of a session and their resident bytes (proc(5)); shared ones count for each."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            if int(fields[3]) == leader:
                yield int(stat.parent.name), int(fields[21]) * PAGE


def sizes(home: Path) -> dict[str, int]:
    """Bytes of the home by part; a file with several names counts once."""
    found = {part: sum(_bytes(home, *names)) for part, names in PARTS.items()}
    newest = (home / "published" / "current").resolve()
    return {
        **found,
        "newest release": sum(_bytes(newest.parent, newest.name)),
        "rest": sum(_bytes(home, *(path.name for path in home.iterdir() if path.name not in sum(PARTS.values(), ())))),
    }


def _bytes(folder: Path, *names: str) -> Iterator[int]:
    seen = set()
    for name in names:
        for path in (folder / name, *(folder / name).rglob("*")):
            if path.is_file() and not path.is_symlink() and (stat := path.stat()).st_ino not in seen:
                seen.add(stat.st_ino)
                yield stat.st_size


def day_of(night: int) -> date:
    """The day in Hubei, of the night of that number."""
    return moment_of(night).date()
