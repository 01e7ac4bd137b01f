"""Work in a process beside this one: threads of one process take turns at running Python, whatever the cores (the
interpreter's global lock)."""

from __future__ import annotations

import multiprocessing
import os
import signal
from concurrent.futures import ProcessPoolExecutor

from orchestration.dbt_build.process import PARENT_PID_ENV, die_with_parent


def process_beside() -> ProcessPoolExecutor:
    """One process, begun with the first task, which ends with this one. Tasks and what they return are pickled."""
    return ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), _begin, (os.getpid(),))


def _begin(parent: int) -> None:
    os.environ[PARENT_PID_ENV] = str(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches both; the parent decides what follows
    die_with_parent()
