"""The files of landing under <home>, and how one gets there durably: written beside its goal, synced, renamed, its
folder synced."""

from __future__ import annotations

import gzip
import hashlib
import os
import re
import shutil
import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from isal import isal_zlib

_WAITING = 8  # files that are synced side by side
_CHUNK = 1 << 20
_GZIP = 16 + zlib.MAX_WBITS
PART = ".part-"  # prefix of an unfinished file, which only its writer uses
WORK = ".work-"  # prefix of a run's folder of temporary files


def finished_name(name: str) -> str:
    """What a file will be called once it is finished; its own name if it is."""
    return re.sub(f"^{re.escape(PART)}([\\w-]+~)?", "", name)


@dataclass(frozen=True, slots=True)
class StagedFile:
    """A file written under a temporary name, to be renamed to its goal."""

    part: Path
    goal: Path


@dataclass(frozen=True)
class LandingStore:
    """The landing folders of a home: `landed/`, `quarantine/` and `archive/`, readable for their owner only, since they
    hold personal data."""

    root: Path
    writer: str = ""
    """The name of one of many workers (letters, digits, "-"), by which unfinished files are told apart."""

    @property
    def ledger(self) -> Path:
        """The ledger's SQLite file."""
        return self.root / "landed" / "ledger.sqlite"

    @property
    def journal(self) -> Path:
        """The folder of the ledger's journal, beside the originals."""
        return self.root / "archive" / "journal"

    @property
    def copies(self) -> Path:
        """The folder of the last copies of the ledger."""
        return self.root / "archive" / "ledger"

    @property
    def unfinished(self) -> Path:
        """The list of the files that a batch is about to write."""
        return self.root / "archive" / "unfinished.json"

    def rows(self, extract: str, dump_id: str, look: str) -> Path:
        """The Parquet file of a dump's rows."""
        return self.root / "landed" / extract / f"{dump_id}-{look}.parquet"

    def applied(self, extract: str, dump_id: str, look: str) -> Path:
        """The Parquet file of the corrections applied to a dump's rows."""
        return self.root / "landed" / extract / f"{dump_id}-{look}.corrections.parquet"

    def refused(self, dump_id: str, look: str) -> Path:
        """The Parquet file of a dump's refused rows."""
        return self.root / "quarantine" / f"{dump_id}-{look}.parquet"

    def original(self, sha256: str) -> Path:
        """The archived bytes of a dump."""
        return self.root / "archive" / sha256[:2] / f"{sha256}.gz"

    def prepare(self) -> None:
        """Make the folders. Raises OSError."""
        self.root.parent.mkdir(parents=True, exist_ok=True)
        self.root.mkdir(mode=0o700, exist_ok=True)
        for name in ("landed", "quarantine", "archive"):
            (self.root / name).mkdir(mode=0o700, exist_ok=True)

    def stage(self, goal: Path) -> StagedFile:
        """A temporary name beside `goal`, whose folder is made."""
        if not goal.parent.is_dir():
            goal.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            sync(goal.parent.parent)
        return StagedFile(goal.with_name(f"{PART}{self.writer}{'~' if self.writer else ''}{goal.name}"), goal)

    @contextmanager
    def workdir(self) -> Iterator[Path]:
        """A folder for the temporary files of one run, removed at its end."""
        path = Path(tempfile.mkdtemp(prefix=WORK, dir=self.root / "landed"))
        try:
            yield path
        finally:
            shutil.rmtree(path, ignore_errors=True)


def commit_files(files: Iterable[StagedFile]) -> None:
    """Make staged files durable under their goals' names: sync each, rename each, sync their folders once.

    Raises OSError; then some may stand under their goals, which the ledger does not name yet.
    """
    files = list(files)
    with ThreadPoolExecutor(_WAITING) as waiting:  # one write of the file system's journal serves many that wait
        for _ in waiting.map(sync, (file.part for file in files)):
            pass
    for file in files:
        file.part.replace(file.goal)
    for folder in sorted({file.goal.parent for file in files}):
        sync(folder)


def sync(path: Path) -> None:
    """Wait until a file is on the disk, or a folder's entries: else a power cut may undo a rename."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def compress(original: Path, goal: Path) -> None:
    """Write the bytes of `original` to `goal` in gzip; the same input gives the same bytes."""
    packer = isal_zlib.compressobj(1, wbits=_GZIP)  # four times as fast as zlib's
    with original.open("rb") as source, goal.open("wb") as target:
        while chunk := source.read(_CHUNK):
            target.write(packer.compress(chunk))
        target.write(packer.flush())


def expand(archived: Path, goal: Path, sha256: str) -> bool:
    """Write the original bytes of an archived file to `goal`; False when they are gone or changed."""
    with goal.open("wb") as target:
        return _unpack(archived, target.write) == sha256


def is_original(archived: Path, sha256: str) -> bool:
    """Whether an archived file still holds the bytes that were delivered. Raises OSError."""
    return _unpack(archived, len) == sha256


def _unpack(archived: Path, take: Callable[[bytes], object]) -> str | None:
    """Hand out the original bytes of an archived file; their checksum, None when they are gone or cannot be read."""
    digest = hashlib.sha256()
    try:
        with gzip.open(archived, "rb") as source:
            while chunk := source.read(_CHUNK):
                digest.update(chunk)
                take(chunk)
    except (FileNotFoundError, EOFError, gzip.BadGzipFile, zlib.error):
        return None
    return digest.hexdigest()
