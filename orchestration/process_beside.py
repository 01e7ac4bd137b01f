"""Work in a process beside this one: threads of one process take turns at running Python, whatever the cores (the
interpreter's global lock)."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import TypeVar

from orchestration.dbt_build.process import PARENT_PID_ENV, die_with_parent
from raw_landing.database_time import Span, recorded, tell

R = TypeVar("R")


def process_beside() -> ProcessPoolExecutor:
    """One process, begun with the first task, which ends with this one. Tasks and what they return are pickled."""
    return ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), _begin, (os.getpid(),))


def begin(beside: ProcessPoolExecutor, task: Callable[[], R]) -> Callable[[], R]:
    """Begin a task; what is returned waits for its result. The statements of one that ends well count as this
    process's."""
    begun = beside.submit(_recorded, task)

    def result() -> R:
        value, statements = begun.result()
        tell(statements)
        return value

    return result


def _recorded(task: Callable[[], R]) -> tuple[R, list[Span]]:
    with recorded() as statements:
        return task(), statements


def _begin(parent: int) -> None:
    os.environ[PARENT_PID_ENV] = str(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches both; the parent decides what follows
    die_with_parent()
