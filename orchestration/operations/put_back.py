"""Puts single files back from a folder of backups: the newest that is what it should be, and nothing into a release
that was removed."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path

from orchestration.files import sha256
from orchestration.operations.backup_store import BackupStore, StoredFile, is_whole
from orchestration.release.publish import FOLDER_MODE
from orchestration.settings import Settings
from orchestration.text import two_lines
from raw_landing.storage.store import is_original, sync

_ORIGINAL = re.compile(r"archive/[0-9a-f]{2}/([0-9a-f]{64})\.gz")


def put_back(
    settings: Settings,
    folder: Path,
    name: str,
    expected: str | None = None,
    fits: Callable[[Path], bool] = lambda _: True,
) -> bool:
    """Put a file of the home back: an original with the bytes that were delivered, another with this checksum or, where
    none is known, as it last was, if it `fits`. Returns whether a backup has it. Raises BackupUnusable, OSError."""
    store, goal, original = BackupStore(folder), settings.home / name, _ORIGINAL.fullmatch(name)
    of_releases = [one for one in goal.parents if one.parent == settings.releases]
    if not all(release.is_dir() for release in of_releases):  # it was removed meanwhile
        return False
    for snapshot in store.readable():
        stood = snapshot.files.get(name)
        if stood is None or expected not in (None, stood.sha256) or not is_whole(store.object(stood.sha256)):
            continue
        if original and not is_original(store.object(stood.sha256), original[1]):
            continue
        if not fits(store.object(stood.sha256)):
            continue
        _replace(store.object(stood.sha256), goal, stood)
        if settings.published in goal.parents:
            open_folders(settings.published)
        return True
    return False


def open_folders(published: Path) -> None:
    """Let everybody who may enter the home into all folders of releases, whatever the mask of this process. Raises
    OSError."""
    for folder, _, _ in os.walk(published):
        Path(folder).chmod(FOLDER_MODE)


def _replace(content: Path, goal: Path, stood: StoredFile) -> None:
    goal.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = goal.with_name(f".{goal.name}.{os.getpid()}.tmp")
    beside.touch(0o600)
    shutil.copyfile(content, beside)
    if sha256(beside) != stood.sha256:
        beside.unlink()
        raise OSError(two_lines("operations.file_restless", file=content))
    beside.chmod(stood.mode)
    sync(beside)
    beside.replace(goal)
    sync(goal.parent)
