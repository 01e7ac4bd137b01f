"""A worker that judges dumps for a landing in another process, for tests: slower or faster, and killed at a step. No
assertions."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from unittest import mock

from raw_landing import judging
from raw_landing.landing_run import LandingRun
from tests.support.processes import PROCESSES

HERE: tuple[str, ...] = ()
PROJECT = Path(__file__).parents[2]
MAIN = f"import sys; from {__name__} import main; main(*map(int, sys.argv[1:4]), *sys.argv[4:])"
_EVENTS = {"os.rename", "os.remove", "os.symlink"}


def start_worker(
    place: tuple[str, ...], folder: Path, number: int, killed_at: int
) -> tuple[Callable[[], int | None], Connection]:
    """Start a worker for the plan in `folder`, by the command `place` or as a process of this machine. It says that it
    is ready, begins when something comes back, and says at the end how many batches it has judged.

    `number`: it waits so many times 0.03 seconds before it reads; `killed_at`: the step that it is killed before, 0 for
    none. Returns what waits for its end and gives its exit code, and the pipe to it.
    """
    ours, its = PROCESSES.Pipe()
    if place == HERE:
        process = PROCESSES.Process(target=_work, args=(its, number, killed_at, folder))
        process.start()
        its.close()

        def ended() -> int | None:
            process.join()
            return process.exitcode

        return ended, ours
    told = [str(its.fileno()), str(number), str(killed_at), str(folder)]
    run = subprocess.Popen([*place, sys.executable, "-c", MAIN, *told], pass_fds=[its.fileno()], cwd=PROJECT)
    its.close()
    return run.wait, ours


def main(pipe: int, number: int, killed_at: int, folder: str) -> None:
    """Work in a process that was given the file descriptor of its pipe."""
    _work(Connection(pipe), number, killed_at, Path(folder))


def _work(pipe: Connection, number: int, killed_at: int, folder: Path) -> None:
    left, one_at_a_time = killed_at, threading.Lock()

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal left
        writes = event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR) and "worker-" in str(arguments[0])
        if event in _EVENTS or writes:
            with one_at_a_time:
                left -= 1
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)

    read = LandingRun._read_all

    def slowly(*arguments: Any) -> Any:
        time.sleep(0.03 * number)
        return read(*arguments)

    with mock.patch.object(LandingRun, "_read_all", slowly):
        pipe.send("ready")
        pipe.recv()
        sys.addaudithook(hook)
        pipe.send(judging.work(folder, share=4))
