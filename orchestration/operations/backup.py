"""`hrss backup`: what nothing can make again leaves the home for a folder of backups. Decides what belongs in a backup;
how it is kept is the store's business."""

from __future__ import annotations

import os
import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from pydantic import BaseModel

from orchestration.audit_log import audit
from orchestration.errors import WrongUsage
from orchestration.files import PROBE, REMOVING
from orchestration.lock import Busy, writer_lock
from orchestration.operations.backup_store import BackupStore, BackupUnusable, Snapshot, StoredFile, has_size, is_whole
from orchestration.progress import Stage, reporter
from orchestration.release.folder import BUILDING, ReleaseFolder
from orchestration.release.log import current_id, release_ids
from orchestration.settings import WUHAN, Settings
from orchestration.text import pair, two_lines
from raw_landing.errors import LandingError
from raw_landing.land import originals
from raw_landing.storage.store import PART, WORK, LandingStore, is_original

MADE_AGAIN = (
    *("landed", "quarantine", "warehouse.duckdb", "spark", "dbt", "dagster"),
    *("last_run.json", "not_begun.json", "gate.json", "gate_kept.json", "quality.html", "heartbeat", "overdue.json"),
)
"""What stands in the home and is left out: a run makes it again, or it speaks of this machine and this moment. All else
is taken, also what this program does not know."""

_PASSING = re.compile(
    rf"(?:{'|'.join(map(re.escape, (WORK, PART, BUILDING, REMOVING, PROBE)))}|\.attributing-|spill-|parsing-).*"
    r"|\..*\.tmp|warehouse\.duckdb\..*|refresh\.(?:lock|json|lease)|(?:alerts|scrub)\.lock"
)
_ORIGINAL = re.compile(r"archive/[0-9a-f]{2}/([0-9a-f]{64})\.gz")
_TRIES = 3
_SECONDS = 5.0  # between two looks whether the run under way has ended


@dataclass
class Backup:
    """What a backup did."""

    moment: str = ""
    files: int = 0
    bytes: int = 0
    new: dict[str, int] = field(default_factory=dict)
    """The contents written, by checksum, with their bytes."""
    left_out: dict[str, int] = field(default_factory=dict)
    """What a run makes again, with its bytes."""
    mended: list[str] = field(default_factory=list)
    """Damaged or lost in the home, taken from an earlier snapshot."""
    lacking: list[str] = field(default_factory=list)
    """Damaged or lost in the home, and in no earlier snapshot."""
    removed: list[str] = field(default_factory=list)
    freed: int = 0
    is_closed: bool = True
    """Whether other users of this machine are kept out of the folder."""


def take_backup(settings: Settings, folder: Path, *, keep: int, wait_minutes: float) -> Backup:
    """Add a snapshot of the home to a folder of backups, read back what is new, and remove all snapshots but the newest
    `keep` (0: none). No run writes meanwhile; one under way is waited for so long.

    Raises WrongUsage, Busy, BackupUnusable, HomeNotOurs, OSError.
    """
    if not settings.home.is_dir():
        raise WrongUsage(two_lines("operations.home_missing", home=settings.home))
    if folder.resolve().is_relative_to(settings.home.resolve()):
        raise WrongUsage(two_lines("operations.backup_in_home", folder=folder, home=settings.home))
    store, done = BackupStore(folder), Backup()
    done.is_closed = store.prepare()
    with store.lock(), reporter().stage("backup", *pair("operations.stage_backup")) as stage:
        with _writer_lock(settings, wait_minutes):
            snapshot = _Taking(settings, store, done).take(stage)
        if wrong := store.settle(done.new):
            for sha256 in wrong:
                store.set_aside(sha256)
            raise BackupUnusable(two_lines("operations.backup_not_kept", folder=folder, count=len(wrong)))
        done.moment = store.write(
            snapshot, lambda moment: audit(settings, "backup_taken", folder=str(folder), snapshot=moment)
        )
        done.removed, done.freed = store.prune(keep)
    done.files, done.bytes = len(snapshot.files), snapshot.bytes
    done.lacking = snapshot.lacking
    return done


@contextmanager
def _writer_lock(settings: Settings, wait_minutes: float) -> Iterator[None]:
    until = time.monotonic() + 60 * wait_minutes
    while True:
        try:
            with writer_lock(settings, "hrss backup"):
                yield
                return
        except Busy:
            if time.monotonic() >= until:
                raise
            time.sleep(min(_SECONDS, max(0.0, until - time.monotonic())))


class _Taking:
    """One snapshot being taken."""

    def __init__(self, settings: Settings, store: BackupStore, done: Backup) -> None:
        self.settings, self.store, self.done = settings, store, done
        earlier = list(store.readable())
        self.before = earlier[0].files if earlier else {}
        self.earlier = [snapshot.files for snapshot in earlier]
        self.known = {file.sha256 for files in self.earlier for file in files.values()}
        self.lacking: list[str] = []

    def take(self, stage: Stage) -> Snapshot:
        """Copy what belongs in a backup; the list of it."""
        home = self.settings.home
        found = list(_entries(self.settings))
        links = {name: str(path.readlink()) for name, path in found if path.is_symlink()}
        plain = [(name, path) for name, path in found if name not in links]
        files: dict[str, StoredFile] = {}
        for number, (name, path) in enumerate(plain):
            stage.step(number, len(plain), name)
            if not name.isprintable():  # bytes that are no text: no list can name it
                self.lacking.append(ascii(name))
                continue
            with suppress(FileNotFoundError):  # a message that somebody took away meanwhile
                if (taken := self._take(name, path)) is not None:
                    files[name] = taken
        if (ledger := self._ledger()) is not None:
            files["landed/ledger.sqlite"] = ledger
        self._put_right(files)
        for name in MADE_AGAIN:
            if (size := _size(home / name)) and name != "heartbeat":
                self.done.left_out[name] = size
        return Snapshot(
            at=datetime.now(WUHAN),
            home=str(home),
            release=current_id(self.settings),
            files=files,
            links=links,
            lacking=sorted(self.lacking),
        )

    def _take(self, name: str, path: Path) -> StoredFile | None:
        """Copy a file, unless it stands as it did in the snapshot before; None for an original that is damaged."""
        stood = self.before.get(name)
        for _ in range(_TRIES):
            facts = path.stat()
            if stood and (stood.bytes, stood.mtime_ns) == (facts.st_size, facts.st_mtime_ns) and self._has(stood):
                return stood.model_copy(update={"mode": facts.st_mode & 0o777})
            original = _ORIGINAL.fullmatch(name)
            if original and not is_original(path, original[1]):
                return None  # what stands in its stead, or that nothing does, is told with what is lost
            taken = self._add(path, path)
            if (facts.st_size, facts.st_mtime_ns) == (path.stat().st_size, path.stat().st_mtime_ns):
                return taken
        raise BackupUnusable(two_lines("operations.file_restless", file=path))

    def _has(self, file: StoredFile) -> bool:
        return has_size(self.store.object(file.sha256), file.bytes)

    def _add(self, content: Path, standing: Path) -> StoredFile:
        facts = standing.stat()
        sha256, size, is_new = self.store.add(content, self.known | self.done.new.keys())
        if is_new:
            self.done.new[sha256] = size
        return StoredFile(sha256=sha256, bytes=size, mtime_ns=facts.st_mtime_ns, mode=facts.st_mode & 0o777)

    def _ledger(self) -> StoredFile | None:
        """The ledger as its transactions left it, whoever has it open. A damaged one is left out: the journal, which is
        taken, has it all."""
        ledger = LandingStore(self.settings.home).ledger
        if not ledger.is_file():
            return None
        copy = self.store.root / "objects" / f"{PART}ledger"
        copy.unlink(missing_ok=True)
        copy.touch(0o600)
        try:
            with (
                closing(sqlite3.connect(f"{ledger.as_uri()}?mode=ro", uri=True)) as source,
                closing(sqlite3.connect(copy)) as goal,
            ):
                source.backup(goal)
                goal.execute("PRAGMA journal_mode = DELETE")
                if goal.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
                    raise sqlite3.DatabaseError("damaged")
            return self._add(copy, ledger)
        except sqlite3.DatabaseError:
            self.lacking.append("landed/ledger.sqlite")
            return None
        finally:
            copy.unlink(missing_ok=True)

    def _put_right(self, files: dict[str, StoredFile]) -> None:
        """Take from an earlier snapshot what is damaged or lost in the home: originals that the ledger knows, files of
        releases that are not what their manifest says."""
        with suppress(LandingError):  # the ledger is lost: nobody knows what is
            landing = LandingStore(self.settings.home)
            for sha256 in originals(self.settings.home):
                name = landing.original(sha256).relative_to(self.settings.home.absolute()).as_posix()
                if name not in files:
                    self._replace(files, name, None)
        for release_id in release_ids(self.settings):
            folder = ReleaseFolder.of(self.settings, release_id)
            said = _Manifest.model_validate(folder.read_manifest(_Manifest)).files
            for file, expected in said.items():
                name = (folder.path / file).relative_to(self.settings.home).as_posix()
                if name not in files or files[name].sha256 != expected.sha256:
                    self._replace(files, name, expected.sha256)

    def _replace(self, files: dict[str, StoredFile], name: str, sha256: str | None) -> None:
        for earlier in self.earlier:
            stood = earlier.get(name)
            if stood and sha256 in (None, stood.sha256) and is_whole(self.store.object(stood.sha256)):
                files[name] = stood
                self.done.mended.append(name)
                return
        self.lacking.append(name)


class _Listed(BaseModel):
    sha256: str


class _Manifest(BaseModel):
    """What is read of a release's manifest here."""

    files: dict[str, _Listed] = {}


def _entries(settings: Settings) -> Iterator[tuple[str, Path]]:
    """Every file and link of the home that belongs in a backup, by its name below the home; but the ledger."""
    home = str(settings.home)
    for folder, folders, names in os.walk(home):
        is_top = folder == home
        kept = [name for name in folders if not (_PASSING.fullmatch(name) or (is_top and name in MADE_AGAIN))]
        links = [name for name in kept if Path(folder, name).is_symlink()]
        folders[:] = sorted(set(kept) - set(links))
        for name in sorted([*names, *links]):
            path = Path(folder, name)
            if _PASSING.fullmatch(name) or (is_top and name in MADE_AGAIN):
                continue
            if path.is_symlink() or path.is_file():
                yield path.relative_to(home).as_posix(), path


def _size(path: Path) -> int:
    """Bytes of a file, or of all files below a folder; 0 where there is none."""
    if not path.is_dir():
        return path.stat().st_size if path.is_file() else 0
    return sum(_size(Path(entry)) for entry in os.scandir(path) if not entry.is_symlink())
