"""Who on this machine may enter the home: its owner; others at most the releases below it."""

from __future__ import annotations

import logging
import os
import pwd
import stat
from contextlib import suppress
from pathlib import Path

from filelock import FileLock, Timeout

from orchestration.settings import Settings
from orchestration.text import inline, two_lines
from raw_landing.errors import UserError

HOME_MODES = {"owner": 0o700, "group": 0o710, "world": 0o711}
"""By `Settings.published_access`. Group or world may pass through the home and not list it; all in it but `published/`
is closed to them, so that they get no further than the releases. If `Settings.outbox_access` says so, the group may
pass through to the outbox, too."""

OTHERS = 0o077

RESTORING = ".restoring"
"""Last letters of the folder in which `hrss restore` puts a home together: beside the home or, where that is a file
system of its own, in it."""

log = logging.getLogger("hrss")


class HomeNotOurs(UserError):
    """The home belongs to another user."""


class RestoreUnfinished(UserError):
    """A restoration was cut short: a home made now would be a new one, without what was being restored."""


def login_name() -> str:
    """The user of this process as the system knows it, whatever the environment says."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"


def make_home(settings: Settings) -> None:
    """Make the home if there is none, for its owner only. Raises RestoreUnfinished, OSError."""
    beside, within = settings.home.with_name(settings.home.name + RESTORING), settings.home / RESTORING
    if within.is_dir() or (beside.is_dir() and not settings.home.exists()):
        said = two_lines("run.restore_unfinished", home=settings.home, staging=within if within.is_dir() else beside)
        raise RestoreUnfinished(said)
    settings.home.parent.mkdir(parents=True, exist_ok=True)
    settings.home.mkdir(mode=0o700, exist_ok=True)


def open_to_others(settings: Settings) -> tuple[int, set[Path]]:
    """The mode of the home, and what in it others may enter if that lets them."""
    mode, shared = HOME_MODES[settings.published_access], {settings.published}
    if settings.outbox_access == "group" and settings.outbox_folder.parent == settings.home:
        return mode | HOME_MODES["group"], shared | {settings.outbox_folder}
    return mode, shared


def close_home(settings: Settings) -> None:
    """Make the home if there is none; put right what of it is open to others, and say so in one line.

    Raises HomeNotOurs, RestoreUnfinished, OSError.
    """
    make_home(settings)
    home, (mode, shared) = settings.home, open_to_others(settings)
    facts = home.stat()
    if facts.st_uid != os.geteuid():
        raise HomeNotOurs(two_lines("run.home_of_another_user", home=home, st_uid=facts.st_uid, geteuid=os.geteuid()))
    was_open = ["."] if facts.st_mode & OTHERS & ~mode else []
    if stat.S_IMODE(facts.st_mode) != mode:
        home.chmod(mode)
    for path in home.iterdir():
        with suppress(FileNotFoundError):  # a temporary file of a run under way
            found = path.lstat().st_mode
            if found & OTHERS and path not in shared and not stat.S_ISLNK(found):
                _renew(path) if path == settings.lock_file else path.chmod(stat.S_IMODE(found) & ~OTHERS)
                was_open.append(path.name)
    if was_open:
        log.warning(inline("run.home_was_open"), home, ", ".join(sorted(was_open)))


def _renew(lock_file: Path) -> None:
    """Put a new lock in the place of one that others could open: who has it open could still lock it."""
    lock_file.chmod(0o600)
    with suppress(Timeout), FileLock(lock_file, timeout=0):  # held: a run of ours is under way and goes on holding it
        beside = lock_file.with_name(f".{lock_file.name}.{os.getpid()}.tmp")
        beside.touch(mode=0o600)
        beside.replace(lock_file)
