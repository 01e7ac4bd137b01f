"""Work in a process of its own beside this one: Python code of one process takes turns, whatever the cores."""

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
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # this process is told, and tells it
    die_with_parent()
