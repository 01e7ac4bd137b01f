"""Puts single files back from a folder of backups: the newest that is what it should be."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

from orchestration.files import sha256
from orchestration.operations.backup_store import BackupStore, StoredFile, is_whole
from orchestration.settings import Settings
from orchestration.text import two_lines
from raw_landing.storage.store import is_original, sync

_ORIGINAL = re.compile(r"archive/[0-9a-f]{2}/([0-9a-f]{64})\.gz")


def put_back(settings: Settings, folder: Path, name: str, expected: str | None = None) -> bool:
    """Put a file of the home back: an original with the bytes that were delivered, another with this checksum or, where
    none is known, as it last was. Returns whether a backup has it. Raises BackupUnusable, OSError."""
    store, original = BackupStore(folder), _ORIGINAL.fullmatch(name)
    for snapshot in store.readable():
        stood = snapshot.files.get(name)
        if stood is None or expected not in (None, stood.sha256) or not is_whole(store.object(stood.sha256)):
            continue
        if original and not is_original(store.object(stood.sha256), original[1]):
            continue
        _replace(store.object(stood.sha256), settings.home / name, stood)
        return True
    return False


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
