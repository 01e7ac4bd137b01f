"""A folder of backups: each content once, under its checksum, and a list of files for each snapshot. Needs of its file
system nothing but files, folders and renaming, so that a USB disk or a Windows share will do.

`objects/<xx>/<sha256>` holds a content as it was, `snapshots/<moment>-<checksum of the list>.json` says which content
stood under which name: files can be taken out by hand.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from filelock import FileLock, Timeout
from pydantic import BaseModel, ValidationError

from orchestration.files import drop_from_memory, replace_text
from orchestration.settings import WUHAN
from orchestration.text import two_lines
from raw_landing.errors import UserError
from raw_landing.storage.store import PART, sync

FORM = 1
"""Of the lists; a folder with a newer one is left alone."""
DAMAGED = ".damaged"
"""Last letters of a content that was not what its name says."""

_MOMENT = "%Y%m%dT%H%M%S"
_NAME = re.compile(r"(\d{8}T\d{6})-([0-9a-f]{16})\.json")
_CHUNK = 1 << 20
_WAITING = 8  # files that are synced side by side


class BackupUnusable(UserError):
    """The folder is no backup that this program can use, or a snapshot is not there or damaged."""


class StoredFile(BaseModel):
    """A file of a snapshot: its content, and how it stood in the home."""

    sha256: str
    bytes: int
    mtime_ns: int
    mode: int


class Snapshot(BaseModel):
    """The list of a snapshot: what stood where."""

    form: int = FORM
    at: datetime
    home: str
    release: str | None
    files: dict[str, StoredFile]
    links: dict[str, str]
    lacking: list[str] = []
    """Damaged or lost in the home, and in no earlier snapshot either."""

    @property
    def bytes(self) -> int:
        """Of all its files as they stood in the home."""
        return sum(file.bytes for file in self.files.values())


@dataclass(frozen=True)
class BackupStore:
    """The folder."""

    root: Path

    def object(self, sha256: str) -> Path:
        """Where a content stands."""
        return self.root / "objects" / sha256[:2] / sha256

    @property
    def _lists(self) -> Path:
        return self.root / "snapshots"

    def prepare(self) -> bool:
        """Make the folder, for its owner only. Returns whether others of this machine are kept out, which not every
        file system can do. Raises BackupUnusable where it holds something else, OSError."""
        if self.root.is_dir() and not self._lists.is_dir() and any(self.root.iterdir()):
            raise BackupUnusable(two_lines("operations.backup_folder_taken", folder=self.root))
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        with suppress(PermissionError):
            self.root.chmod(0o700)
        for folder in (self._lists, self.root / "objects"):
            folder.mkdir(mode=0o700, exist_ok=True)
        return not stat.S_IMODE(self.root.stat().st_mode) & 0o077

    @contextmanager
    def lock(self) -> Iterator[None]:
        """Let one process write here. Raises BackupUnusable at once where another does."""
        lock = FileLock(self.root / "backup.lock", timeout=0, mode=0o600)  # of the file system, or a file without
        try:
            lock.acquire()
        except Timeout as error:
            raise BackupUnusable(two_lines("operations.backup_under_way", folder=self.root)) from error
        try:
            yield
        finally:
            lock.release()

    @contextmanager
    def unpruned(self) -> Iterator[None]:
        """Let nothing be removed that is being read; where the folder cannot be written to, nobody can. Raises
        BackupUnusable where this is no folder of backups, and at once where another process writes."""
        self.snapshots()
        with self.lock() if os.access(self.root, os.W_OK) else nullcontext():
            yield

    def snapshots(self) -> list[str]:
        """The moments of the snapshots, the oldest first. Raises BackupUnusable where this is no folder of backups."""
        if not self._lists.is_dir():
            raise BackupUnusable(two_lines("operations.backup_missing", folder=self.root))
        return sorted(self._files())

    def read(self, moment: str) -> Snapshot:
        """A snapshot by its moment. Raises BackupUnusable."""
        file = self._files().get(moment)
        if file is None:
            known = ", ".join(self.snapshots()) or "–"
            raise BackupUnusable(two_lines("operations.snapshot_unknown", moment=moment, folder=self.root, known=known))
        content = file.read_bytes()
        if not file.stem.endswith(hashlib.sha256(content).hexdigest()[:16]):
            raise BackupUnusable(two_lines("operations.snapshot_damaged", file=file))
        if (form := json.loads(content)["form"]) > FORM:
            raise BackupUnusable(two_lines("operations.snapshot_newer", file=file, form=form, known=FORM))
        try:
            return Snapshot.model_validate_json(content)
        except ValidationError as error:
            raise BackupUnusable(two_lines("operations.snapshot_damaged", file=file)) from error

    def readable(self) -> Iterator[Snapshot]:
        """Those snapshots that can be read, the newest first."""
        for moment in reversed(self.snapshots()):
            with suppress(BackupUnusable):
                yield self.read(moment)

    def write(self, snapshot: Snapshot, announce: Callable[[str], None] = lambda _: None) -> str:
        """Write a snapshot's list; returns its moment, which is later than all others whatever the clock says, and is
        announced before. Raises OSError."""
        at = snapshot.at.astimezone(WUHAN).replace(tzinfo=None)
        if before := self.snapshots():
            at = max(at, datetime.strptime(before[-1], _MOMENT) + timedelta(seconds=1))
        content = snapshot.model_dump_json(indent=0) + "\n"
        moment, digest = at.strftime(_MOMENT), hashlib.sha256(content.encode()).hexdigest()
        announce(moment)
        replace_text(self._lists / f"{moment}-{digest[:16]}.json", content, mode=0o600)
        return moment

    def add(self, source: Path, known: set[str]) -> tuple[str, int, bool]:
        """Copy a file in, unless its content is among the `known`: checksum, size, and whether it is new. It counts
        only after `settle`. Raises OSError."""
        part = self.root / "objects" / f"{PART}{os.getpid()}"
        digest, size = hashlib.sha256(), 0
        part.unlink(missing_ok=True)
        part.touch(0o600)
        with source.open("rb") as reader, part.open("wb") as writer:
            while chunk := reader.read(_CHUNK):
                digest.update(chunk)
                size += writer.write(chunk)
        goal = self.object(digest.hexdigest())
        if goal.name in known and has_size(goal, size):
            part.unlink()
            return goal.name, size, False
        goal.parent.mkdir(mode=0o700, exist_ok=True)
        part.replace(goal)
        return goal.name, size, True

    def settle(self, contents: Iterable[str]) -> list[str]:
        """Put contents that were added on the disk and read them back from there. Returns those that are not what was
        written. Raises OSError."""
        files = [self.object(sha256) for sha256 in contents]
        with ThreadPoolExecutor(_WAITING) as waiting:
            for _ in waiting.map(sync, files):
                pass
        for folder in sorted({file.parent for file in files}):
            sync(folder)
        return [file.name for file in files if not is_whole(file)]

    def set_aside(self, sha256: str) -> None:
        """Rename a content that is not what its name says: the next backup writes it anew. Nothing happens where the
        folder cannot be written to."""
        file = self.object(sha256)
        with suppress(OSError):
            file.replace(file.with_name(file.name + DAMAGED))

    def prune(self, keep: int) -> tuple[list[str], int]:
        """Remove all but the newest `keep` snapshots (0: none is removed), and the contents that no other one has.
        Returns the moments of those removed and the bytes that became free. Raises OSError."""
        files = self._files()
        old = sorted(files)[:-keep] if keep else []
        for moment in old:
            files[moment].unlink()
        sync(self._lists)
        try:
            used = {file.sha256 for moment in self.snapshots() for file in self.read(moment).files.values()}
        except BackupUnusable:  # what it needs is not known
            return old, 0
        freed = 0
        for path in (self.root / "objects").rglob("*"):
            if path.is_file() and path.name not in used and not path.name.endswith(DAMAGED):
                freed += path.stat().st_size
                path.unlink()
        return old, freed

    def _files(self) -> dict[str, Path]:
        found = ((_NAME.fullmatch(path.name), path) for path in self._lists.glob("*.json"))
        return {name[1]: path for name, path in found if name}


def is_whole(content: Path) -> bool:
    """Whether a content, read from the disk, is what its name says. Raises OSError where the machine fails."""
    digest = hashlib.sha256()
    try:
        with content.open("rb") as file:
            drop_from_memory(file)  # so that the disk is asked
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
            drop_from_memory(file)
    except FileNotFoundError:
        return False
    return digest.hexdigest() == content.name


def has_size(file: Path, size: int) -> bool:
    """Whether a file is there and has this size."""
    try:
        return file.stat().st_size == size
    except FileNotFoundError:
        return False
