"""One contestant's run in a session of its own: wall and processor seconds, the memory of all its processes together,
bytes written; killed after a while or as soon as a file is touched, if that is asked for. Linux."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

PAGE, BLOCK = os.sysconf("SC_PAGE_SIZE"), 512
CORES = 2
EVERY, MOMENT = 0.05, 0.001


@dataclass(frozen=True)
class Run:
    """What a run cost: seconds, seconds of processors, MiB of memory at its peak, MiB written; and how it ended."""

    seconds: float
    processor: float
    memory: float
    written: float
    code: int
    said: str


def pin() -> None:
    """Give this process, and so all contestants, the same two cores."""
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])


def run(
    command: Sequence[str | Path], environment: Mapping[str, str], log: Path, kill: float | Path | None = None
) -> Run:
    """Run a command to its end, or kill all its processes after so many seconds, or when a file changes."""
    with log.open("wb") as said:
        began = time.perf_counter()
        process = subprocess.Popen(
            [str(word) for word in command],
            env=os.environ | dict(environment),
            stdout=said,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        peak = [0]
        watcher = threading.Thread(target=_watch, args=(process.pid, kill, peak))
        watcher.start()
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        watcher.join()
    for left in _members(process.pid):  # of a session whose leader was killed
        with suppress(ProcessLookupError):
            os.kill(left, signal.SIGKILL)
    return Run(
        seconds,
        usage.ru_utime + usage.ru_stime,
        peak[0] * PAGE / 2**20,
        usage.ru_oublock * BLOCK / 2**20,
        process.returncode,
        log.read_text(encoding="utf-8", errors="replace")[-2000:],
    )


def _watch(session: int, kill: float | Path | None, peak: list[int]) -> None:
    """Note the greatest sum of resident pages until the session's leader is gone; kill them all when it is time."""
    began, before = time.perf_counter(), _look(kill)
    while (members := _members(session)).get(session):
        peak[0] = max(peak[0], sum(members.values()))
        until = time.perf_counter() + EVERY
        while (now := time.perf_counter()) < until:
            if _look(kill) != before or (isinstance(kill, float) and now - began > kill):
                for member in _members(session):
                    with suppress(ProcessLookupError):
                        os.kill(member, signal.SIGKILL)
                return
            time.sleep(MOMENT if isinstance(kill, Path) else EVERY)


def _look(kill: float | Path | None) -> tuple[int, int, int] | None:
    """What changes when a file is written or another takes its place."""
    if not isinstance(kill, Path):
        return None
    try:
        found = kill.stat()
    except OSError:
        return None
    return found.st_ino, found.st_size, found.st_mtime_ns


def _members(session: int) -> dict[int, int]:
    """Resident pages of each process of a session."""
    return {pid: pages for pid, of, pages in _processes() if of == session}


def _processes() -> Iterator[tuple[int, int, int]]:
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = stat.read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            yield int(stat.parent.name), int(fields[3]), int(fields[21])
