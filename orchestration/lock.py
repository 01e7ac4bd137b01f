"""Only one run writes at a time, whichever way and on whichever machine it was started; the lock knows its owner.

It is two locks. The kernel's (flock) holds between processes of one machine, and is freed when its owner dies. Whether
it holds between machines that share a disk depends on the file system; so a lease stands beside it, a file that its
owner touches three times a lease (filelock.SoftFileLease). A lease of this machine is free when its process is gone;
one of another machine when it was watched for a whole lease, by this machine's own count of seconds, and nobody touched
it: no clock is compared with another's.
"""

from __future__ import annotations

import logging
import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from filelock import FileLock, LeaseCompromise, LeaseSettingsMismatch, SoftFileLease, Timeout

from orchestration.audit_log import audit
from orchestration.files import read_json, write_json
from orchestration.home_access import close_home
from orchestration.kept_settings import keep_settings
from orchestration.layout import refuse_newer
from orchestration.progress import reporter
from orchestration.settings import WUHAN, Settings
from orchestration.text import inline, pair, two_lines
from raw_landing.errors import UserError

log = logging.getLogger("hrss")


class Busy(UserError):
    """Another run holds the lock; the message says which."""

    passes = True


class LeasesDiffer(UserError):
    """Another machine counts on a lease of another length: which is over cannot be agreed on."""


@dataclass(frozen=True)
class Holder:
    """Who holds the lock."""

    host: str
    pid: int


@contextmanager
def writer_lock(settings: Settings, started_by: str, *, wait: bool = True) -> Iterator[None]:
    """Hold the right to write below `<home>`, or raise Busy: at once, but where another machine holds it after a third
    of a lease, since it may be dead (never after the same without `wait`). The home is closed to others before
    (`close_home`: raises HomeNotOurs), one of a newer program is refused (NewerHome).

    What is written meanwhile is for the owner's eyes only: the warehouse holds identity numbers. Releases are opened
    for all by publication. Should another machine take the lease over, because this one was cut off or held up, the
    process ends at once (143), and undoes nothing: what it would write now is the other's to write.
    """
    close_home(settings)
    refuse_newer(settings)
    owner = settings.lock_file.with_suffix(".json")
    with _of_this_machine(settings), _of_all_machines(settings, wait=wait):
        since = datetime.now(WUHAN).isoformat(timespec="seconds")
        facts = {"host": socket.gethostname(), "pid": os.getpid(), "started_by": started_by, "since": since}
        mask = os.umask(0o077)
        try:
            write_json(owner, facts)
            keep_settings(settings)
            yield
        finally:
            os.umask(mask)
            if read_json(owner).get("pid") == facts["pid"] and read_json(owner).get("host") == facts["host"]:
                owner.unlink(missing_ok=True)  # another machine's, where the lease was lost as this one came to its end


@contextmanager
def _of_this_machine(settings: Settings) -> Iterator[None]:
    """The kernel's lock; where the file system has none, the lease does alone."""
    lock = FileLock(settings.lock_file, mode=0o600, fallback_to_soft=False)
    try:
        lock.acquire(timeout=0)
    except Timeout as error:
        raise _busy(settings) from error
    except NotImplementedError:
        log.info("%s: no flock on this file system", settings.lock_file)
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _of_all_machines(settings: Settings, *, wait: bool) -> Iterator[None]:
    seconds = settings.lease_seconds
    lease = SoftFileLease(
        settings.lease_file, lease_duration=seconds, on_compromise=_lost, mode=0o600, thread_local=False
    )
    try:
        try:
            lease.acquire(timeout=0)
        except Timeout as error:
            if not wait:
                raise _busy(settings) from error
            _mark_if_nameless(settings.lease_file)
            _outlast(settings, lease)
    except LeaseSettingsMismatch as error:
        raise LeasesDiffer(two_lines("run.leases_differ", lease=settings.lease_file, seconds=seconds)) from error
    try:
        yield
    finally:
        lease.release()


def _mark_if_nameless(lease_file: Path) -> None:
    """Write a line end into a lease file without content, which an owner leaves that is killed, or loses power, before
    it has said who it is. filelock keeps an empty file for ever, as its releases before 3.22 wrote no more, but takes
    over one whose content is no record after two seconds. An owner that is about to write its record writes over it.
    """
    with suppress(OSError), lease_file.open("r+b", buffering=0) as file:
        if not file.read(1):
            file.write(b"\n")


def _outlast(settings: Settings, lease: SoftFileLease) -> None:
    """Take the lease of another machine when it has run out. Raises Busy as soon as it is renewed."""
    host = read_json(settings.lock_file.with_suffix(".json")).get("host", "?")
    seconds, renewed = settings.lease_seconds, _renewed(settings)
    reporter().note(*pair("run.lease_watched", host=host, seconds=f"{seconds:g}"))
    poll = min(1.0, seconds / 10)
    try:
        lease.acquire(
            timeout=seconds + 5 * poll,
            poll_interval=poll,
            cancel_check=lambda: _renewed(settings) not in (None, renewed),
        )
    except Timeout as error:
        raise _busy(settings) from error
    reporter().note(*pair("run.lease_taken_over", host=host, seconds=f"{seconds:g}"))
    audit(settings, "lease_taken_over", host=host)


def _renewed(settings: Settings) -> int | None:
    """When the lease was touched last, as the file system says; None where there is none."""
    with suppress(OSError):
        return settings.lease_file.lstat().st_mtime_ns
    return None


def _lost(_: LeaseCompromise) -> None:
    """Called by the thread that renews the lease: whoever has it now writes, and this process must not. It is not told
    to end in order: what is undone and put on record on the way out would be written over what the other has. What it
    started ends with it (dbt_build.process); whatever is killed, the next run completes."""
    log.error(inline("run.lease_lost"))
    os._exit(128 + signal.SIGTERM)


def _busy(settings: Settings) -> Busy:
    held = read_json(settings.lock_file.with_suffix(".json"))
    return Busy(
        two_lines(
            "run.home_locked",
            home=settings.home,
            host=held.get("host", "?"),
            pid=held.get("pid", "?"),
            started_by=held.get("started_by", "?"),
            since=held.get("since", "?"),
        )
    )


def holder(settings: Settings) -> Holder | None:
    """Who holds the lock; None where nobody does. To ask, it is not taken.

    A process of this machine holds it while it lives; one of another machine while its lease was renewed within the
    last three, by this machine's clock: to tell somebody, not to act on.
    """
    said = read_json(settings.lock_file.with_suffix(".json"))
    pid, host = said.get("pid"), str(said.get("host", socket.gethostname()))
    if not isinstance(pid, int):
        return None
    if host != socket.gethostname():
        age = time.time() - (_renewed(settings) or 0) / 1e9
        return Holder(host, pid) if abs(age) < 3 * settings.lease_seconds else None
    with suppress(PermissionError):  # another user's
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return None
    return Holder(host, pid)
