"""`hrss scrub`: reads what is kept and compares it with its checksums, a share at a time, so that a loss is noticed
when it happens and not when the file is needed. Rows that can be read again from the archive are thrown away, for the
night to make them again; nothing else is changed."""

from __future__ import annotations

import hashlib
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

import duckdb
from filelock import FileLock, Timeout

from orchestration.audit_log import audit
from orchestration.errors import WrongUsage
from orchestration.files import drop_from_memory, write_json
from orchestration.lock import Busy, writer_lock
from orchestration.progress import reporter
from orchestration.release.folder import ReleaseFolder
from orchestration.release.log import release_ids
from orchestration.release.verify import verify
from orchestration.scrub_record import Damage, Kind, ScrubRecord, how_it_stands, scrub_record
from orchestration.settings import WUHAN, Settings
from orchestration.text import pair, two_lines
from raw_landing.database import connect
from raw_landing.land import originals
from raw_landing.ledger.recovery import damaged_files
from raw_landing.storage.rows_kept import content_of_rows, discard_rows, rows_of_dumps
from raw_landing.storage.store import LandingStore, is_original

MOST_HOURS = 4
"""So long a scrub that nobody watches may take; the next goes on where it was ended."""

_CHUNK = 1 << 20
_SAVED = 20.0  # seconds between two times that the record is written


@dataclass(frozen=True)
class Item:
    """Something to look at. `is_whole` looks, given what is remembered of it, to which it may add."""

    name: str
    kind: Kind
    bytes: int
    is_whole: Callable[[dict[str, object]], bool]


@dataclass(frozen=True)
class Scrub:
    """What was looked at this time, of how much, and what is damaged."""

    files: int
    bytes: int
    all_files: int
    all_bytes: int
    oldest: str | None
    """The longest that anything was not looked at: a moment; None where something never was."""
    damaged: dict[str, Damage]
    discarded: list[str]
    """Rows that were thrown away: the night reads them again."""


def scrub(settings: Settings, *, share: float = 1.0, minutes: float = 0.0) -> Scrub:
    """Look at what was not looked at for longest, until a share of all bytes or so many minutes (0: no limit) are
    spent; what was found damaged before comes first. A run may be under way, another scrub not: each would forget what
    the other has found. Raises WrongUsage, Busy, LandingError, HistoryDamaged, OSError."""
    if not settings.home.is_dir():
        raise WrongUsage(two_lines("operations.home_missing", home=settings.home))
    try:
        with FileLock(settings.scrub_record.with_suffix(".lock"), timeout=0, mode=0o600):
            return _scrub(settings, share, minutes)
    except Timeout as error:
        raise Busy(two_lines("operations.scrub_under_way", home=settings.home)) from error


def _scrub(settings: Settings, share: float, minutes: float) -> Scrub:
    record, until = scrub_record(settings), time.monotonic() + 60 * minutes
    with _database(settings) as connection, reporter().stage("scrub", *pair("operations.stage_scrub")) as stage:
        items = {item.name: item for item in _items(settings, connection)}
        known = {name: look for name, look in record.looks.items() if name in items}
        record = ScrubRecord(looks=known, damaged={n: one for n, one in record.damaged.items() if n in items})
        order = sorted(items, key=lambda name: (name not in record.damaged, known.get(name, {}).get("at", ""), name))
        whole = sum(item.bytes for item in items.values())
        seen = spent = 0
        saved = time.monotonic()
        for name in order:
            is_over = (share < 1 and spent >= share * whole) or (minutes and time.monotonic() >= until)
            if seen and is_over and name not in record.damaged:
                break
            stage.step(seen, len(order), name)
            _look(settings, record, items[name])
            seen, spent = seen + 1, spent + items[name].bytes
            if time.monotonic() - saved > _SAVED:
                _save(settings, record)
                saved = time.monotonic()
        still = {item.name for item in _items(settings, connection)} if record.damaged else set()
    record.damaged = {name: one for name, one in record.damaged.items() if name in still}  # a run may have removed it
    discarded = _discard(settings, record)
    _save(settings, record)
    moments = [record.looks.get(name, {}).get("at") for name in items]
    oldest = None if None in moments or not moments else min(str(one) for one in moments)
    return Scrub(seen, spent, len(items), whole, oldest, dict(sorted(record.damaged.items())), discarded)


def _look(settings: Settings, record: ScrubRecord, item: Item) -> None:
    now = datetime.now(WUHAN).isoformat(timespec="seconds")
    look = dict(record.looks.get(item.name, {}))
    if item.is_whole(look):
        record.damaged.pop(item.name, None)
    else:
        size, mtime_ns = how_it_stands(settings.home / item.name)
        if item.name not in record.damaged:
            audit(settings, "damage_found", file=item.name, kind=item.kind)
        since = record.damaged[item.name].since if item.name in record.damaged else now
        record.damaged[item.name] = Damage(kind=item.kind, since=since, size=size, mtime_ns=mtime_ns)
    record.looks[item.name] = {**look, "at": now}


def _discard(settings: Settings, record: ScrubRecord) -> list[str]:
    """Throw away damaged rows whose originals are whole; none while a run writes: the next scrub will."""
    rows = {settings.home / name for name, one in record.damaged.items() if one.kind == "rows"}
    if not any(path.exists() for path in rows):
        return []
    try:
        with writer_lock(settings, "hrss scrub"):
            return sorted(path.relative_to(settings.home).as_posix() for path in discard_rows(settings.home, rows))
    except Busy:
        return []


def _save(settings: Settings, record: ScrubRecord) -> None:
    write_json(settings.scrub_record, record.model_dump(), indent=None)


@contextmanager
def _database(settings: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = connect(spill=settings.spill)
    try:
        yield connection
    finally:
        connection.close()


def _items(settings: Settings, connection: duckdb.DuckDBPyConnection) -> Iterator[Item]:
    """Everything that is kept and has a checksum, or can be compared with itself."""
    store = LandingStore(settings.home)

    def name(path: Path) -> str:
        return path.relative_to(settings.home).as_posix()

    def size(path: Path) -> int:
        return path.stat().st_size if path.exists() else 0

    for sha256 in sorted(originals(settings.home)):
        path = store.original(sha256)
        yield Item(name(path), "original", size(path), partial(_is_original, path, sha256))
    for path, bytes_ in rows_of_dumps(settings.home).items():
        yield Item(name(path), "rows", bytes_, partial(_are_same_rows, connection, path))
    if store.ledger.exists():
        files = [store.ledger, *store.journal.glob("*.jsonl"), *store.copies.glob("*.sqlite")]
        yield Item("archive/journal", "ledger", sum(map(size, files)), partial(_is_ledger_whole, store))
    for release_id in release_ids(settings):
        path = ReleaseFolder.of(settings, release_id).path
        amount = sum(size(one) for one in ReleaseFolder(path).files().values())
        yield Item(name(path), "release", amount, partial(_is_intact, settings, release_id))


def _are_same_rows(connection: duckdb.DuckDBPyConnection, path: Path, look: dict[str, object]) -> bool:
    """Whether a file of rows is what it was. As long as it was not written, by its bytes; a file that was written since
    holds the same rows, since its name says from what and by which rules they were read. At the first look, whether it
    can be read to its end."""
    try:
        facts, digest = path.stat(), _sha256(path)
    except FileNotFoundError:
        return False
    stood = {"size": facts.st_size, "mtime_ns": facts.st_mtime_ns}
    if stood == {key: look.get(key) for key in stood}:
        return bool(look["sha256"] == digest)
    rows, before = content_of_rows(connection, path), look.get("rows")
    if rows is None or (before and str(before).split()[2] == rows.split()[2] and before != rows):
        return False
    look |= {**stood, "sha256": digest, "rows": rows}
    return True


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
        drop_from_memory(file)
    return digest.hexdigest()


def _is_original(path: Path, sha256: str, _: dict[str, object]) -> bool:
    return is_original(path, sha256)


def _is_intact(settings: Settings, release_id: str, _: dict[str, object]) -> bool:
    return verify(settings, release_id).is_intact


def _is_ledger_whole(store: LandingStore, _: dict[str, object]) -> bool:
    try:
        return not damaged_files(store)
    except sqlite3.OperationalError:  # a run is at work on it: the next look will tell
        return True
