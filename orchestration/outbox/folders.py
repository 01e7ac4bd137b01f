"""The folders of the outbox, and who may read what lies in them."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from orchestration.settings import Settings

MODES = {"owner": (0o700, 0o600), "group": (0o750, 0o640)}
"""Of folders and of files, by `Settings.outbox_access`."""


def make_folder(settings: Settings, folder: Path) -> Path:
    """Make a folder below a folder of the outbox, and those above it. Raises OSError."""
    mode, outbox = MODES[settings.outbox_access][0], settings.outbox_folder
    is_own = not outbox.exists() or outbox.is_relative_to(settings.home)
    outbox.mkdir(mode=0o700, parents=True, exist_ok=True)
    for path in (*([outbox] if is_own else []), folder.parent, folder):
        path.mkdir(mode=0o700, exist_ok=True)
        _let_in(path, mode, outbox.stat().st_gid)
    return folder


def let_in(settings: Settings, file: Path) -> None:
    """Open a file to whom the outbox is open. Raises OSError."""
    _let_in(file, MODES[settings.outbox_access][1], settings.outbox_folder.stat().st_gid)


def _let_in(path: Path, mode: int, group: int) -> None:
    """Give what is ours its mode and, where a group may read it, the group of the outbox. What somebody else has made,
    such as a share, stays as it is."""
    found = path.stat()
    if found.st_uid != os.geteuid():
        return
    if mode & stat.S_IRWXG and found.st_gid != group:
        os.chown(path, -1, group)
    inherits = found.st_mode & stat.S_ISGID
    if stat.S_IMODE(found.st_mode) != mode | inherits:
        path.chmod(mode | inherits)
