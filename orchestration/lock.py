"""Only one run writes at a time, whichever way it was started; the lock knows its owner. The kernel frees it when its
owner dies."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime

from filelock import FileLock, Timeout

from orchestration.files import read_json, write_json
from orchestration.home_access import close_home
from orchestration.settings import WUHAN, Settings
from orchestration.text import two_lines
from raw_landing.errors import UserError


class Busy(UserError):
    """Another run holds the lock; the message says which."""


@contextmanager
def writer_lock(settings: Settings, started_by: str) -> Iterator[None]:
    """Hold the right to write below `<home>`, or raise Busy at once; the home is closed to others before
    (`close_home`: raises HomeNotOurs).

    What is written meanwhile is for the owner's eyes only: the warehouse holds identity numbers. Releases are opened
    for all by publication.
    """
    close_home(settings)
    owner = settings.lock_file.with_suffix(".json")
    lock = FileLock(settings.lock_file, mode=0o600)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        held = read_json(owner)
        raise Busy(
            two_lines(
                "run.home_locked",
                home=settings.home,
                pid=held.get("pid", "?"),
                started_by=held.get("started_by", "?"),
                since=held.get("since", "?"),
            )
        ) from error
    mask = os.umask(0o077)
    try:
        since = datetime.now(WUHAN).isoformat(timespec="seconds")
        write_json(owner, {"pid": os.getpid(), "started_by": started_by, "since": since})
        yield
    finally:
        os.umask(mask)
        owner.unlink(missing_ok=True)
        lock.release()


def holder(settings: Settings) -> int | None:
    """The process on this machine that holds the lock; None where none does. To ask, it is not taken."""
    pid = read_json(settings.lock_file.with_suffix(".json")).get("pid")
    if not isinstance(pid, int):
        return None
    with suppress(PermissionError):  # another user's
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return None
    return pid
