"""Temporary folders outside a home: their owner's alone, and gone with the process; what one that was killed has left
goes when the next begins."""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

PREFIX = "hrss-temporary-"
_YOUNG = 60
"""Seconds in which a folder may not be held yet by the process that made it."""


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder in the system's place for such, mode 0700, removed at the end. Raises OSError."""
    sweep_temporary()
    with tempfile.TemporaryDirectory(prefix=PREFIX) as folder:
        held = _held(Path(folder))
        try:
            yield Path(folder)
        finally:
            os.close(held)


def spill_of_process() -> Path:
    """Where databases of this process that belong to no home put down what memory does not hold."""
    return _of_process(os.getpid()) / "spill"


def sweep_temporary() -> int:
    """Remove the folders of this user whose processes have ended; how many. What cannot be removed stays."""
    swept = 0
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        try:
            facts = folder.lstat()
            if facts.st_uid != os.geteuid() or folder.is_symlink() or time.time() - facts.st_mtime < _YOUNG:
                continue
            os.close(_held(folder))
        except OSError:  # held by a process that lives, or gone
            continue
        shutil.rmtree(folder, ignore_errors=True)
        swept += 1
    return swept


@cache
def _of_process(_: int) -> Path:
    """One a process: a forked one makes its own."""
    sweep_temporary()
    folder = Path(tempfile.mkdtemp(prefix=PREFIX))
    _held(folder)
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def _held(folder: Path) -> int:
    """The open folder, locked for as long as this process or one that it forked lives. Raises BlockingIOError where it
    is another's."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor
