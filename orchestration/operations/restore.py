"""`hrss restore`: a snapshot becomes a home. Every content is compared with its checksum before anything takes its
place."""

from __future__ import annotations

import hashlib
import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath

from orchestration.audit_log import audit
from orchestration.home_access import RESTORING
from orchestration.lock import writer_lock
from orchestration.operations.backup_store import BackupStore, BackupUnusable, Snapshot, StoredFile, is_whole
from orchestration.operations.put_back import open_folders
from orchestration.progress import Stage, reporter
from orchestration.settings import WUHAN, Settings
from orchestration.text import pair, two_lines
from raw_landing.errors import UserError
from raw_landing.storage.store import sync

LATEST = "latest"
BEFORE = ".before-"
"""Between the name of a home that was set aside and the moment."""
_CHUNK = 1 << 20
_NOBODYS = {"lost+found"}
"""What a file system of its own has in its first folder."""


class RestoreRefused(UserError):
    """The home is in use, or the snapshot cannot be made a home; nothing was changed."""


@dataclass(frozen=True)
class Restored:
    """What was made: of which snapshot, and where what stood there before is now."""

    moment: str
    snapshot: Snapshot
    before: Path | None


@dataclass(frozen=True)
class Verified:
    """What was looked at in a folder of backups, and what is not as it was."""

    snapshots: int
    contents: int
    bytes: int
    damaged: dict[str, list[str]]
    """The moments of the snapshots that a damaged or lost content belongs to, by a name of it."""
    unreadable: list[str]
    """Snapshots whose list is damaged."""

    @property
    def is_whole(self) -> bool:
        """Whether every snapshot can be restored as it was taken."""
        return not self.damaged and not self.unreadable


def verify_backup(folder: Path) -> Verified:
    """Read every content of every snapshot back and compare it with its checksum; one that is damaged is put aside, so
    that the next backup writes it anew if the home still has it. Raises BackupUnusable, OSError."""
    store = BackupStore(folder)
    with store.unpruned():
        return _verify(store)


def _verify(store: BackupStore) -> Verified:
    snapshots, unreadable = {}, []
    for moment in store.snapshots():
        try:
            snapshots[moment] = store.read(moment)
        except BackupUnusable:
            unreadable.append(moment)
    contents = {one.sha256: one.bytes for snapshot in snapshots.values() for one in snapshot.files.values()}
    wrong = set()
    with reporter().stage("verify", *pair("operations.stage_verify")) as stage:
        for number, sha256 in enumerate(sorted(contents)):
            stage.step(number, len(contents), sha256[:16])
            if not is_whole(store.object(sha256)):
                wrong.add(sha256)
                store.set_aside(sha256)
    damaged: dict[str, list[str]] = {}
    for moment, snapshot in snapshots.items():
        for name, file in snapshot.files.items():
            if file.sha256 in wrong:
                damaged.setdefault(name, []).append(moment)
    return Verified(len(snapshots), len(contents), sum(contents.values()), damaged, unreadable)


def restore(settings: Settings, folder: Path, moment: str, *, set_aside: bool) -> Restored:
    """Make the home of a snapshot (LATEST: the newest). A home that is not empty is refused or, if so asked, renamed
    and kept. Until every file is there and right, the home stays as it is.

    Raises BackupUnusable, RestoreRefused, Busy, HomeNotOurs, OSError.
    """
    store, home = BackupStore(folder), settings.home
    if moment == LATEST:
        moment = next(reversed(store.snapshots()), LATEST)
    snapshot = store.read(moment)
    is_taken = home.exists() and any(path.name not in _NOBODYS | {RESTORING} for path in home.iterdir())
    if is_taken and not set_aside:
        raise RestoreRefused(two_lines("operations.home_not_empty", home=home))
    if home.is_mount() and is_taken:
        raise RestoreRefused(two_lines("operations.home_is_mount", home=home))
    staging = home / RESTORING if home.is_mount() else home.with_name(home.name + RESTORING)
    staging.parent.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(staging, ignore_errors=True)  # of a restoration that died
    free = shutil.disk_usage(staging.parent).free
    if snapshot.bytes > free:
        raise RestoreRefused(two_lines("operations.restore_no_space", home=home, need=snapshot.bytes, free=free))
    staging.mkdir(mode=0o700)
    try:
        with store.unpruned(), reporter().stage("restore", *pair("operations.stage_restore")) as stage:
            _write(store, snapshot, staging, stage)
        audit(settings.model_copy(update={"home": staging}), "home_restored", folder=str(folder), snapshot=moment)
        before = None
        if is_taken:
            before = _switch(settings, staging)
        else:
            _move_in(home, staging)
    except BaseException:
        shutil.rmtree(staging, ignore_errors=True)
        raise
    return Restored(moment, snapshot, before)


def _write(store: BackupStore, snapshot: Snapshot, goal: Path, stage: Stage) -> None:
    """Write every file and link of a snapshot, and compare. Files of releases that are the same share their bytes, as
    they did."""
    shared: dict[tuple[str, int], Path] = {}
    wrong = []
    for number, (name, file) in enumerate(snapshot.files.items()):
        stage.step(number, len(snapshot.files), name)
        path = _below(goal, name)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        known = shared.get((file.sha256, file.mode)) if name.startswith("published/releases/") else None
        if known is not None:
            with suppress(OSError):  # a file system without hard links
                path.hardlink_to(known)
                continue
        if not _copy(store.object(file.sha256), path, file):
            wrong.append(name)
        shared[file.sha256, file.mode] = path
    if wrong:
        raise BackupUnusable(
            two_lines("operations.contents_damaged", folder=store.root, count=len(wrong), first=min(wrong))
        )
    for name, target in snapshot.links.items():
        path = _below(goal, name)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.symlink_to(target)
    open_folders(goal / "published")
    for folder in {path.parent for path in shared.values()} | {goal}:
        sync(folder)


def _below(goal: Path, name: str) -> Path:
    parts = PurePosixPath(name).parts
    if ".." in parts or PurePosixPath(name).is_absolute():
        raise BackupUnusable(two_lines("operations.name_leads_out", name=name))
    return goal.joinpath(*parts)


def _copy(content: Path, path: Path, file: StoredFile) -> bool:
    """Write a content as a file; whether what was read is what it should be. Raises OSError."""
    digest = hashlib.sha256()
    path.touch(0o600)
    try:
        with content.open("rb") as source, path.open("wb") as target:
            while chunk := source.read(_CHUNK):
                digest.update(chunk)
                target.write(chunk)
            target.flush()
            os.fsync(target.fileno())
    except FileNotFoundError:
        return False
    path.chmod(file.mode)
    os.utime(path, ns=(file.mtime_ns, file.mtime_ns))
    return digest.hexdigest() == file.sha256


def _switch(settings: Settings, staging: Path) -> Path:
    """Rename the home that stands there and put the new one in its place; nobody writes to it meanwhile."""
    home = settings.home
    before = home.with_name(f"{home.name}{BEFORE}{datetime.now(WUHAN):%Y%m%dT%H%M%S}")
    with writer_lock(settings, "hrss restore"):
        home.rename(before)
        try:
            staging.rename(home)
        except BaseException:
            before.rename(home)
            raise
        sync(home.parent)
    (before / settings.lock_file.with_suffix(".json").name).unlink(missing_ok=True)  # it said that we held the lock
    return before


def _move_in(home: Path, staging: Path) -> None:
    """Put the new home in the place of an empty one."""
    if staging.parent == home:  # a file system of its own cannot be renamed
        home.chmod(0o700)
        for path in staging.iterdir():
            path.rename(home / path.name)
        staging.rmdir()
    else:
        if home.exists():
            home.rmdir()
        staging.rename(home)
    sync(home.parent)
