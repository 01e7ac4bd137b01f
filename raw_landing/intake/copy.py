"""Copies a file of the inbox and its manifest before they are read, so that what is read cannot change meanwhile."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from raw_landing.intake.identify import (
    MAX_MANIFEST_BYTES,
)
from raw_landing.intake.inbox import InboxFile
from raw_landing.text import say

_CHUNK = 1 << 20


class NotNowError(Exception):
    """The file cannot be read in this run; `said` tells why, in Chinese and in English."""

    def __init__(self, identifier: str, **values: object) -> None:
        self.said = say(f"skipped.{identifier}", **values)
        super().__init__(self.said[1])


class UnreadableError(Exception):
    """The user of the nightly job may not read the file."""


def copy_file(seen: InboxFile, goal: Path) -> str:
    """Copy a file of the inbox to `goal` and return its sha256.

    Raises UnreadableError, NotNowError when it changed meanwhile, OSError when the copy cannot be written.
    """
    digest = hashlib.sha256()
    with goal.open("wb") as copy:
        for chunk in _chunks(seen.file, seen.size, seen.mtime_ns):
            digest.update(chunk)
            copy.write(chunk)
    return digest.hexdigest()


def manifest_bytes(seen: InboxFile) -> tuple[bytes | None, bool]:
    """The bytes of a file's manifest, None without one, and whether it could be read.

    One that is no ordinary file, may not be read or is too long counts as text that is no JSON.
    """
    if seen.manifest_file is None or seen.manifest_size is None or seen.manifest_mtime_ns is None:
        return None, True
    if seen.manifest_size > MAX_MANIFEST_BYTES or Path(seen.manifest_file).is_symlink():
        return b"", True
    try:
        return b"".join(_chunks(seen.manifest_file, seen.manifest_size, seen.manifest_mtime_ns)), True
    except UnreadableError:
        return b"", False


def _chunks(file: str, size: int, mtime_ns: int) -> Iterator[bytes]:
    """The bytes of a file; raises NotNowError if it is not as stat saw it, or changes. Never waits for a pipe, never
    follows a link."""
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except PermissionError as error:
        raise UnreadableError from error
    except OSError as error:
        raise NotNowError("unreadable", why=error.strerror) from error
    try:
        opened = os.fstat(descriptor)
        missing = size
        if not stat.S_ISREG(opened.st_mode):
            raise NotNowError("no_file_any_more")
        while missing >= 0 and (chunk := os.read(descriptor, _CHUNK)):
            missing -= len(chunk)
            yield chunk
        now, there = os.fstat(descriptor), os.stat(file, follow_symlinks=False)  # noqa: PTH116 - never follow
    except OSError as error:
        raise NotNowError("unreadable", why=error.strerror) from error
    finally:
        os.close(descriptor)
    same_file = (there.st_dev, there.st_ino) == (opened.st_dev, opened.st_ino)
    if missing or not same_file or any((one.st_size, one.st_mtime_ns) != (size, mtime_ns) for one in (opened, now)):
        raise NotNowError("changed_while_read")
