"""Rebuilds a ledger that is gone, damaged or older than its archive from the journal or, where that has a gap, from the
last copies. The journal wins over a ledger that differs, which is renamed and kept."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path

from raw_landing.errors import LedgerUnusable
from raw_landing.ledger import journal
from raw_landing.ledger.journal import Entry, Position, Upgrade, following
from raw_landing.storage.store import LandingStore, commit_files
from raw_landing.text import say

COPIES = 10
"""Generations of the ledger that are kept, one a run that changed it."""

_MACHINE = {  # SQLite's codes for what the machine does; all others speak of the file
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_PERM,
}
_REPLACED = ".replaced"  # what a ledger is called that was set aside; the last one is kept
_log = logging.getLogger("hrss")


def restore(store: LandingStore, upgrade: Upgrade) -> dict[int, Entry | None]:
    """Bring the ledger to all that journal and copies know, before writing to it. Returns the entries of the journal. A
    kill in between is repaired by the next run.

    Raises LedgerUnusable where something is missing and nothing fills the gap; sqlite3.Error, OSError.
    """
    found = journal.entries(store)
    newest, copies = max(found, default=0), _copies(store)
    own = _position(store.ledger, upgrade)
    has_log = _has_log(store.ledger)
    if own and has_log and found and newest >= own.number and following(found, Position()) is not None:
        own = None  # whether that log was written for this file cannot be told
    known = max(newest, own.number if own else 0)
    chain = following(found, own) if own and (own.number or not found) else None
    if chain is not None and not any(_sound(copy, upgrade) for number, copy in copies if number > known):
        if chain:
            with closing(_connect(store.ledger)) as ledger:
                journal.replay(ledger, chain, upgrade)
            _log.warning("the ledger was behind the archive: brought forward to entry %d of its journal", newest)
        return found
    exists = store.ledger.exists()
    if not exists and not found and not copies:
        return found
    passing = store.stage(store.ledger)
    passing.part.unlink(missing_ok=True)
    try:
        with closing(sqlite3.connect(passing.part, isolation_level=None)) as ledger:
            ledger.execute("PRAGMA synchronous = OFF")  # synced as a whole, before it takes its place
            _rebuild(ledger, store, found, copies, upgrade)
            number = journal.position(ledger).number
            ledger.execute("PRAGMA journal_mode = DELETE")
    except BaseException:
        passing.part.unlink(missing_ok=True)
        raise
    _set_aside(store.ledger)
    commit_files([passing])
    state = "left open by a run that was killed" if has_log else "damaged or not of this archive" if exists else "gone"
    _log.warning("the ledger was %s: made again from the archive, up to entry %d of its journal", state, number)
    return found


def recall(ledger: sqlite3.Connection, store: LandingStore, upgrade: Upgrade) -> None:
    """Fill an empty database with the ledger that `restore` would make, for reading only."""
    own = _position(store.ledger, upgrade)
    copies = _copies(store)
    if own is not None and own.number:
        copies = sorted([*copies, (own.number, store.ledger)], reverse=True)
    _rebuild(ledger, store, journal.entries(store), copies, upgrade)


def is_behind(ledger: sqlite3.Connection, store: LandingStore) -> bool:
    """Whether the journal is ahead of an open ledger, or differs from it; a quick check."""
    newest, own = journal.newest(store), journal.position(ledger)
    is_other = newest.number == own.number and newest.sha256 not in ("", own.sha256)
    return newest.number > own.number or is_other


def damaged_files(store: LandingStore) -> list[Path]:
    """Those of ledger, journal and copies that are not what was written. Raises sqlite3.Error, OSError where the
    machine fails."""
    entries = [
        store.journal / f"{number:08}.jsonl" for number, entry in journal.entries(store).items() if entry is None
    ]
    databases = [file for file in (store.ledger, *(copy for _, copy in _copies(store))) if file.exists()]
    return entries + [file for file in databases if _position(file, _as_it_is) is None]


def _as_it_is(ledger: sqlite3.Connection, to: int | None) -> None:
    """No upgrade."""


def is_begun(store: LandingStore, *, without_ledger: bool = False) -> bool:
    """Whether there is a ledger, a journal or a copy; `without_ledger`: a journal or a copy."""
    there = not without_ledger and store.ledger.exists()
    return there or bool(journal.numbers(store)) or bool(_copies(store))


def keep_copy(ledger: sqlite3.Connection, store: LandingStore) -> None:
    """Copy an open ledger unless the newest copy is as new; the last copies stay. Raises sqlite3.Error, OSError."""
    number, copies = journal.position(ledger).number, _copies(store)
    if number == 0 or (copies and copies[0][0] >= number):
        return
    staged = store.stage(store.copies / f"{number:08}.sqlite")
    staged.part.unlink(missing_ok=True)
    with closing(sqlite3.connect(staged.part)) as copy:
        ledger.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, with nothing beside it
    commit_files([staged])
    for _, old in _copies(store)[COPIES:]:
        old.unlink()


def is_damage(error: sqlite3.Error) -> bool:
    """Whether an error of SQLite's means a damaged file and not a failing machine."""
    code = getattr(error, "sqlite_errorcode", None)
    return isinstance(error, sqlite3.DatabaseError) and code is not None and code & 0xFF not in _MACHINE


def _rebuild(
    ledger: sqlite3.Connection,
    store: LandingStore,
    found: Mapping[int, Entry | None],
    copies: Iterable[tuple[int, Path]],
    upgrade: Upgrade,
) -> None:
    """Fill an empty database. Raises LedgerUnusable."""
    for base in _bases(max(found, default=0), copies):
        at = Position() if base is None else _position(base, upgrade)
        chain = None if at is None else following(found, at)
        if chain is not None:
            if base is not None:
                with closing(_connect(base, "ro")) as source:
                    source.backup(ledger)
            journal.replay(ledger, chain, upgrade)
            upgrade(ledger, None)
            return
    bad = [number for number, entry in found.items() if entry is None]
    if bad:
        gap_zh, gap_en = say("gap_entry", number=bad[0], journal=store.journal)
    else:
        gap_zh, gap_en = say("gap_between", journal=store.journal) if found else say("gap_no_journal")
    raise LedgerUnusable(store.ledger, "ledger_lost", gap_zh=gap_zh, gap_en=gap_en, archive=store.root / "archive")


def _bases(newest: int, copies: Iterable[tuple[int, Path]]) -> Iterator[Path | None]:
    """What to rebuild from, best first: a copy newer than the journal, the journal alone, an older copy."""
    copies = list(copies)
    yield from (copy for number, copy in copies if number > newest)
    if newest:
        yield None
    yield from (copy for number, copy in copies if number <= newest)


def _position(path: Path, upgrade: Upgrade) -> Position | None:
    """Where a ledger's file stands; None where there is none or it is damaged."""
    if not path.exists():
        return None
    try:
        with closing(_connect(path, "ro")) as ledger:  # who may write joins the log to the file in closing
            upgrade(ledger, 0)  # a newer program's is neither read nor replaced
            if ledger.execute("PRAGMA quick_check(1)").fetchone()[0] == "ok":
                return journal.position(ledger)
    except sqlite3.Error as error:
        if not is_damage(error):
            raise
    return None


def _has_log(path: Path) -> bool:
    """Whether SQLite left a write-ahead log beside a ledger: its writer was killed, or a reader is at work."""
    log = path.with_name(f"{path.name}-wal")
    return log.exists() and log.stat().st_size > 0


def _sound(path: Path, upgrade: Upgrade) -> bool:
    return _position(path, upgrade) is not None


def _copies(store: LandingStore) -> list[tuple[int, Path]]:
    """The copies by the entry up to which they hold the journal, the newest first."""
    found = store.copies.glob("[0-9]*.sqlite")
    return sorted(((int(path.stem), path) for path in found if path.stem.isdecimal()), reverse=True)


def _set_aside(path: Path) -> None:
    """Rename a ledger with what SQLite keeps beside it, in place of the one set aside before."""
    for end in ("-wal", "-shm", ""):
        path.with_name(f"{path.name}{_REPLACED}{end}").unlink(missing_ok=True)
    for end in ("-wal", "-shm", ""):
        file = path.with_name(path.name + end)
        if file.exists():
            file.replace(path.with_name(f"{path.name}{_REPLACED}{end}"))


def _connect(path: Path, mode: str = "rw") -> sqlite3.Connection:
    return sqlite3.connect(f"{path.absolute().as_uri()}?mode={mode}", uri=True, isolation_level=None, timeout=10)
