"""The ledger: one row for every content under every path that was ever seen, what was read of it, and which of them
count. It opens no dump and no Parquet file. Statuses are a pure function of the accepted dumps of one identity."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, astuple, dataclass, fields
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal, Self, cast

from raw_landing.errors import LedgerUnusable, UnknownDump
from raw_landing.ledger import journal, recovery
from raw_landing.ledger.journal import Entry, Position
from raw_landing.messages.reasons import Problem
from raw_landing.messages.receipts import message
from raw_landing.storage.store import Home

Status = Literal["loaded", "superseded", "duplicate", "rejected"]
LOADED: Status = "loaded"
SUPERSEDED: Status = "superseded"
DUPLICATE: Status = "duplicate"
REJECTED: Status = "rejected"
WITHDRAWN = "withdrawn"  # the reason on the receipt of a dump that was withdrawn by hand
SAME_REVISION = "same_revision"  # the warning where two contents came under one revision

# user_version of the file: each step brings a ledger from its position to the next.
_STEPS = (
    """
    CREATE TABLE dump (
        dump_id TEXT PRIMARY KEY, path TEXT NOT NULL, sha256 TEXT NOT NULL, size INTEGER NOT NULL,
        manifest BLOB, manifest_sha256 TEXT, rules TEXT, look TEXT NOT NULL,
        accepted INTEGER NOT NULL,
        source TEXT, extract TEXT, period_start TEXT, period_end TEXT, unit_code TEXT, revision INTEGER,
        sampling_fraction REAL, as_of TEXT, is_synthetic INTEGER NOT NULL, submitted_by TEXT, is_zero INTEGER NOT NULL,
        encoding TEXT, delimiter TEXT,
        lines_read INTEGER NOT NULL, rows_read INTEGER NOT NULL, rows_loaded INTEGER NOT NULL,
        rows_refused INTEGER NOT NULL, rows_repeated INTEGER NOT NULL, rows_skipped INTEGER NOT NULL,
        reasons TEXT NOT NULL, warnings TEXT NOT NULL, problems TEXT NOT NULL,
        message_zh TEXT NOT NULL, message_en TEXT NOT NULL, landed_at TEXT NOT NULL,
        turn INTEGER, status TEXT NOT NULL, rival TEXT, same_revision INTEGER NOT NULL DEFAULT 0,
        withdrawn_at TEXT, withdrawn_by TEXT, withdrawn_reason TEXT
    ) WITHOUT ROWID;
    CREATE INDEX dump_identity ON dump (extract, period_start, period_end, unit_code);
    CREATE TABLE look (
        dump_id TEXT, manifest_sha256 TEXT, landed_at TEXT NOT NULL, PRIMARY KEY (dump_id, manifest_sha256)
    ) WITHOUT ROWID;
    CREATE TABLE sighting (
        path TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, manifest_size INTEGER,
        manifest_mtime_ns INTEGER, unreadable INTEGER NOT NULL, dump_id TEXT NOT NULL
    ) WITHOUT ROWID;
    CREATE TABLE version (number INTEGER NOT NULL);
    INSERT INTO version VALUES (0);
    """,
    "ALTER TABLE dump ADD COLUMN rows_corrected INTEGER NOT NULL DEFAULT 0;",
    "ALTER TABLE dump ADD COLUMN is_path_public INTEGER NOT NULL DEFAULT 0;",
    """
    CREATE TABLE set_aside (
        sha256 TEXT NOT NULL, line_number INTEGER NOT NULL, dump_id TEXT NOT NULL,
        at TEXT NOT NULL, by TEXT NOT NULL, reason TEXT NOT NULL,
        taken_back_at TEXT, taken_back_by TEXT, taken_back_reason TEXT,
        PRIMARY KEY (sha256, line_number, at)
    ) WITHOUT ROWID;
    ALTER TABLE dump ADD COLUMN set_aside TEXT NOT NULL DEFAULT '[]';
    """,
    """
    CREATE TABLE journal (number INTEGER NOT NULL, sha256 TEXT NOT NULL);
    INSERT INTO journal VALUES (0, '');
    CREATE INDEX dump_turn ON dump (turn);
    """,
)
_MANY = 256  # entries of the journal, from which on one whole entry takes their place
_IDENTITY = ("extract", "period_start", "period_end", "unit_code")


@dataclass(frozen=True, kw_only=True)
class Dump:
    """What was read of one content under one path at the latest look. Days and instants are ISO text, in UTC."""

    dump_id: str
    path: str
    is_path_public: bool = False  # else its hash is published
    sha256: str
    size: int
    manifest: bytes | None  # as delivered, so that the dump can be read again from the archive
    manifest_sha256: str | None
    rules: str | None  # None: no rule of ours was asked, so that none can change the verdict
    look: str
    accepted: bool
    source: str | None = None
    extract: str | None = None
    period_start: str | None = None
    period_end: str | None = None
    unit_code: str | None = None
    revision: int | None = None
    sampling_fraction: float | None = None
    as_of: str | None = None
    is_synthetic: bool = False
    submitted_by: str | None = None
    is_zero: bool = False
    encoding: str | None = None
    delimiter: str | None = None
    lines_read: int = 0
    rows_read: int = 0
    rows_loaded: int = 0
    rows_refused: int = 0
    rows_repeated: int = 0
    rows_skipped: int = 0
    rows_corrected: int = 0  # by the register of corrections; those it dropped count as skipped
    set_aside: tuple[int, ...] = ()  # lines of rows set aside by hand, as they were when it was read
    reasons: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    message_zh: str = ""
    message_en: str = ""
    landed_at: str = ""  # kept from the first landing of this content with this manifest

    @property
    def identity(self) -> tuple[str | None, ...]:
        """Extract, period and unit: what a revision is a revision of."""
        return self.extract, self.period_start, self.period_end, self.unit_code

    @property
    def period(self) -> str | None:
        """The period as YYYY-MM, YYYY-Qn or YYYY."""
        if self.period_start is None or self.period_end is None:
            return None
        first, last = int(self.period_start[5:7]), int(self.period_end[5:7])
        parts = {0: self.period_start[:7], 2: f"{self.period_start[:4]}-Q{last // 3}"}
        return parts.get(last - first, self.period_start[:4])


@dataclass(frozen=True, slots=True)
class Sighting:
    """How a path looked to stat when it was last landed."""

    path: str
    size: int
    mtime_ns: int
    manifest_size: int | None
    manifest_mtime_ns: int | None
    unreadable: bool
    dump_id: str

    def covers(self, sighting: tuple[int, int, int | None, int | None]) -> bool:
        """Whether a later look shows the same."""
        return sighting == (self.size, self.mtime_ns, self.manifest_size, self.manifest_mtime_ns)


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """quality.landing_receipt, column by column, and the problems with their line numbers."""

    dump_id: str
    path: str
    sha256: str
    bytes: int
    source: str | None
    extract: str | None
    period_start: date | None
    period_end: date | None
    unit_code: str | None
    revision: int | None
    encoding: str | None
    delimiter: str | None
    rows_read: int
    rows_loaded: int
    rows_refused: int
    rows_repeated: int
    rows_skipped: int
    status: Status
    reasons: tuple[str, ...]
    warnings: tuple[str, ...]
    message_zh: str
    message_en: str
    sampling_fraction: float | None
    landed_at: datetime
    as_of: date | None
    is_synthetic: bool
    submitted_by: str | None
    public_path: str  # the path as it is published: itself or its sha256
    withdrawn_at: datetime | None
    withdrawn_by: str | None
    withdrawn_reason: str | None
    problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class SetAside:
    """A row that somebody set aside, in every dump of this content, under whatever name or revision it comes: when, who
    and why; and the same of taking that back. Instants are ISO text, in UTC. `dump_id`: the dump it was named by."""

    sha256: str
    line_number: int
    dump_id: str
    at: str
    by: str
    reason: str
    taken_back_at: str | None = None
    taken_back_by: str | None = None
    taken_back_reason: str | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """What an earlier delivery of an extract was, as far as a later one is compared with it. Days are ISO text."""

    sha256: str
    period_start: str
    period_end: str
    unit_code: str
    revision: int
    rows_loaded: int
    sampling_fraction: float
    is_active: bool

    @property
    def stands_for(self) -> float:
        """Its rows, each for as many as the sample has it stand for."""
        return self.rows_loaded / self.sampling_fraction


@dataclass(frozen=True, slots=True)
class Standing:
    """What decides an accepted dump's status among the dumps of its identity."""

    dump_id: str
    sha256: str
    revision: int
    turn: int  # whose turn came first: the smaller is the original of equal contents
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A dump's status; `rival` is the original of a duplicate, or what took a superseded one's place."""

    status: Status
    rival: str | None = None
    same_revision: bool = False  # another content of the same revision took precedence


def places(standings: Iterable[Standing]) -> dict[str, Place]:
    """The status of each accepted dump of one identity.

    Of equal content and revision the earliest is the original, the others its duplicates, also when it was withdrawn:
    what was taken back does not return under another name. Of the originals not withdrawn the highest revision is
    active, of one revision the greatest sha256.
    """
    found: dict[str, Place] = {}
    originals: dict[tuple[int, str], Standing] = {}
    for one in sorted(standings, key=lambda one: one.turn):
        original = originals.setdefault((one.revision, one.sha256), one)
        if one.withdrawn:
            found[one.dump_id] = Place(REJECTED)
        elif original is not one:
            found[one.dump_id] = Place(DUPLICATE, original.dump_id)
    live = sorted(key for key, one in originals.items() if not one.withdrawn)
    for position, key in enumerate(live):
        if position + 1 == len(live):
            found[originals[key].dump_id] = Place(LOADED)
        else:
            same = live[position + 1][0] == key[0]
            rival = max(other for other in live if other[0] == key[0]) if same else live[-1]
            found[originals[key].dump_id] = Place(SUPERSEDED, originals[rival].dump_id, same)
    return found


class Ledger:
    """An open ledger. Every method that writes is one transaction; errors are sqlite3's."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        store: Home,
        found: Mapping[int, Entry | None],
        *,
        is_recalled: bool = False,
    ) -> None:
        self._db, self._store, self._found = connection, store, found
        self._db.row_factory = sqlite3.Row
        self.is_recalled = is_recalled
        """Whether this is not the home's ledger but what was made of the archive in its stead, to be read only."""

    @classmethod
    @contextmanager
    def open(cls, home: Path, *, create: bool = False, write: bool = False, recalled: bool = False) -> Iterator[Self]:
        """Open a home's ledger, upgrading it if need be. One to `write` to is put right first by journal and copies;
        who only reads one that is gone, damaged at first sight or behind is given what it would be (`recalled`: in any
        case). Where there is none, `create` makes one in a prepared home; else an empty one is read.

        Raises LedgerUnusable, sqlite3.Error.
        """
        store = Home(home)
        upgrade = _upgrade_of(store.ledger)
        write = create or (write and recovery.is_begun(store))
        found = recovery.restore(store, upgrade) if write else {}
        connection = _connect(store.ledger, "rwc" if create else "rw" if write else "ro")
        try:
            if not write and store.ledger.exists() and _is_of_an_earlier_program(connection):
                connection.close()
                connection = _connect(store.ledger, "rw")
            recalled = not write and (recalled or not _is_usable(connection, store))
            if recalled:
                connection.close()
                connection = _connect(None, "rw")
                recovery.recall(connection, store, upgrade)
            connection.execute("PRAGMA synchronous = FULL")
            upgrade(connection, None)
            if write:
                journal.watch(connection)
            elif recovery.is_begun(store):
                connection.execute("PRAGMA query_only = ON")
            yield cls(connection, store, found, is_recalled=recalled)
            if write:  # so that a log beside the ledger tells of a run that was killed
                connection.execute("PRAGMA busy_timeout = 0")
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        finally:
            connection.close()

    def complete_journal(self) -> None:
        """Begin the journal anew with a whole entry where it does not hold what the ledger holds (of an earlier
        program there is none, entries are damaged) or is long. Not before the archive is known to be explained."""
        newest, own = max(self._found, default=0), journal.position(self._db)
        holds = "SELECT EXISTS (SELECT 1 FROM dump) OR EXISTS (SELECT 1 FROM sighting)"
        begun = own.number > 0 or not self._db.execute(holds).fetchone()[0]
        is_whole = begun and newest >= own.number and journal.following(self._found, Position()) is not None
        if is_whole and len(self._found) < _MANY:
            return
        number = max(newest, own.number) + 1
        with self._transaction():
            self._record(number, journal.everything(self._db), whole=True)
        journal.prune(self._store, number)

    def keep_copy(self) -> None:
        """Copy the ledger unless it is as the last copy."""
        recovery.keep_copy(self._db, self._store)

    def sightings(self) -> dict[str, Sighting]:
        """By path, how every file seen so far looked."""
        rows = self._db.execute(
            "SELECT path, size, mtime_ns, manifest_size, manifest_mtime_ns, unreadable, dump_id FROM sighting"
        )
        return {row[0]: Sighting(*row) for row in rows}

    def rules(self) -> list[tuple[str | None, str, int]]:
        """The rules by which dumps were read: extract (None: not known), hash, number of dumps."""
        query = "SELECT extract, rules, count(*) FROM dump WHERE rules IS NOT NULL GROUP BY extract, rules"
        return [(row[0], row[1], row[2]) for row in self._db.execute(query)]

    def version(self) -> int:
        """A number that grows with every change of a receipt."""
        return int(self._db.execute("SELECT number FROM version").fetchone()[0])

    def dump(self, dump_id: str) -> Dump | None:
        """What was read of a dump, or None."""
        row = self._db.execute("SELECT * FROM dump WHERE dump_id = ?", (dump_id,)).fetchone()
        return _dump(row) if row else None

    def dumps(self) -> list[Dump]:
        """All dumps in the order of their paths."""
        return [_dump(row) for row in self._db.execute("SELECT * FROM dump ORDER BY path, dump_id")]

    def first_landing(self, dump_id: str, manifest_sha256: str | None) -> str | None:
        """When this content first landed with this manifest."""
        row = self._db.execute(
            "SELECT landed_at FROM look WHERE dump_id = ? AND manifest_sha256 = ?", (dump_id, manifest_sha256 or "")
        ).fetchone()
        return row[0] if row else None

    def commit(self, dumps: Iterable[Dump], sightings: Iterable[Sighting]) -> list[str]:
        """Write what was read of dumps, in this order, and how their files looked; in one transaction.

        Returns the dump_ids whose receipt was written or has another status now.
        """
        touched: dict[str, None] = {}
        identities: dict[tuple[str | None, ...], None] = {}
        with self._transaction():
            for dump in dumps:
                old = self.dump(dump.dump_id)
                keeps_turn = old and old.accepted and (old.identity, old.revision) == (dump.identity, dump.revision)
                self._upsert(dump, new_turn=dump.accepted and not keeps_turn)
                identities |= {one.identity: None for one in (old, dump) if one and one.accepted}
                touched[dump.dump_id] = None
            for identity in identities:
                touched |= dict.fromkeys(self._settle(identity))
            if touched:
                self._grow()
            self._db.executemany(
                "INSERT OR REPLACE INTO sighting VALUES (?, ?, ?, ?, ?, ?, ?)",
                [
                    (
                        one.path,
                        one.size,
                        one.mtime_ns,
                        one.manifest_size,
                        one.manifest_mtime_ns,
                        one.unreadable,
                        one.dump_id,
                    )
                    for one in sightings
                ],
            )
        return list(touched)

    def withdraw(self, dump_id: str, *, at: str, by: str, reason: str) -> list[str]:
        """Take an accepted dump back. Returns the dump_ids whose receipt changed. Raises UnknownDump."""
        with self._transaction():
            dump = self.dump(dump_id)
            if dump is None or not dump.accepted:
                cause = (
                    "there is no receipt of this number" if dump is None else "it was rejected, nothing of it is loaded"
                )
                raise UnknownDump(dump_id, cause, "look for the number among the receipts")
            if self._is_withdrawn(dump_id):  # who took it back first, when and why stays on the receipt
                raise UnknownDump(dump_id, "it has been withdrawn before", "there is nothing left to do")
            self._db.execute(
                "UPDATE dump SET withdrawn_at = ?, withdrawn_by = ?, withdrawn_reason = ? WHERE dump_id = ?",
                (at, by, reason, dump_id),
            )
            self._grow()
            return list(dict.fromkeys([dump_id, *self._settle(dump.identity)]))

    def set_aside(self, rows: Iterable[SetAside]) -> None:
        """Put rows on the register of what is set aside; the dumps of their content wait to be read again."""
        rows = list(rows)
        with self._transaction():
            self._db.executemany(
                "INSERT INTO set_aside VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", [astuple(row) for row in rows]
            )
            self._read_again({row.sha256 for row in rows})

    def take_back(self, sha256: str, lines: Iterable[int], *, at: str, by: str, reason: str) -> None:
        """Let rows that were set aside count again; the register keeps both decisions."""
        with self._transaction():
            self._db.executemany(
                "UPDATE set_aside SET taken_back_at = ?, taken_back_by = ?, taken_back_reason = ?"
                " WHERE sha256 = ? AND line_number = ? AND taken_back_at IS NULL",
                [(at, by, reason, sha256, line) for line in lines],
            )
            self._read_again({sha256})

    def register(self) -> list[SetAside]:
        """Every row that was ever set aside, by content and line, the earlier decision first."""
        names = ", ".join(field.name for field in fields(SetAside))
        return [SetAside(*row) for row in self._db.execute(f"SELECT {names} FROM set_aside ORDER BY 1, 2, at")]

    def lines_set_aside(self, sha256: str) -> tuple[int, ...]:
        """The lines of a content whose rows are set aside now."""
        query = "SELECT line_number FROM set_aside WHERE sha256 = ? AND taken_back_at IS NULL ORDER BY 1"
        return tuple(row[0] for row in self._db.execute(query, (sha256,)))

    def _read_again(self, contents: Iterable[str]) -> None:
        """Have dumps read again: by no rules that are in force."""
        self._db.executemany(
            "UPDATE dump SET rules = '' WHERE sha256 = ? AND rules IS NOT NULL", [(sha256,) for sha256 in contents]
        )
        self._grow()

    def receipts(self, dump_ids: Iterable[str] | None = None) -> list[Receipt]:
        """The receipts of these dumps, or of all, in the order of their paths."""
        query = (
            "SELECT dump.*, rival.path AS rival_path, rival.is_path_public AS is_rival_path_public,"
            " rival.withdrawn_at IS NOT NULL AS rival_withdrawn"
            " FROM dump LEFT JOIN dump AS rival ON rival.dump_id = dump.rival"
        )
        chosen: tuple[str, ...] = ()
        if dump_ids is not None:
            query += " WHERE dump.dump_id IN (SELECT value FROM json_each(?))"
            chosen = (json.dumps(list(dump_ids)),)
        return [_receipt(row) for row in self._db.execute(f"{query} ORDER BY dump.path, dump.dump_id", chosen)]

    def active(self) -> list[tuple[Dump, str]]:
        """The dumps whose rows count, by extract and path, each with the first landing of its identity."""
        query = (
            "SELECT * FROM (SELECT *, min(CASE WHEN status <> 'rejected' THEN landed_at END)"
            " OVER (PARTITION BY extract, period_start, period_end, unit_code) AS first_landed_at"
            " FROM dump WHERE accepted) WHERE status = 'loaded' ORDER BY extract, path, dump_id"
        )
        return [(_dump(row), row["first_landed_at"]) for row in self._db.execute(query)]

    def deliveries(self, extract: str) -> list[Delivery]:
        """The loaded and superseded dumps of an extract."""
        query = (
            "SELECT sha256, period_start, period_end, unit_code, revision, rows_loaded, sampling_fraction,"
            " status = 'loaded' AS is_active FROM dump WHERE status IN ('loaded', 'superseded') AND extract = ?"
        )
        return [Delivery(*row) for row in self._db.execute(query, (extract,))]

    def refused(self) -> list[Dump]:
        """The loaded and superseded dumps of which rows were refused."""
        query = (
            "SELECT * FROM dump WHERE status IN ('loaded', 'superseded') AND rows_refused > 0 ORDER BY path, dump_id"
        )
        return [_dump(row) for row in self._db.execute(query)]

    def _is_withdrawn(self, dump_id: str) -> bool:
        query = "SELECT withdrawn_at IS NOT NULL FROM dump WHERE dump_id = ?"
        return bool(self._db.execute(query, (dump_id,)).fetchone()[0])

    def _grow(self) -> None:
        self._db.execute("UPDATE version SET number = number + 1")

    def _upsert(self, dump: Dump, *, new_turn: bool) -> None:
        values = _values(dump)
        columns = ", ".join(values)
        marks = ", ".join(f":{name}" for name in values)
        updates = ", ".join(f"{name} = excluded.{name}" for name in values if name != "dump_id")
        self._db.execute(
            f"INSERT INTO dump ({columns}, status) VALUES ({marks}, 'rejected')"
            f" ON CONFLICT (dump_id) DO UPDATE SET {updates}",
            values,
        )
        if not dump.accepted:
            self._db.execute(
                "UPDATE dump SET turn = NULL, status = 'rejected', rival = NULL, same_revision = 0 WHERE dump_id = ?",
                (dump.dump_id,),
            )
        elif new_turn:
            self._db.execute(
                "UPDATE dump SET turn = (SELECT coalesce(max(turn), 0) + 1 FROM dump) WHERE dump_id = ?",
                (dump.dump_id,),
            )
        self._db.execute(
            "INSERT OR IGNORE INTO look VALUES (?, ?, ?)", (dump.dump_id, dump.manifest_sha256 or "", dump.landed_at)
        )

    def _settle(self, identity: tuple[str | None, ...]) -> list[str]:
        """Give every accepted dump of an identity its status; returns those that changed."""
        rows = self._db.execute(
            "SELECT dump_id, sha256, revision, turn, withdrawn_at, status, rival, same_revision FROM dump"
            " WHERE accepted AND extract = ? AND period_start = ? AND period_end = ? AND unit_code = ?",
            identity,
        ).fetchall()
        before = {row["dump_id"]: Place(row["status"], row["rival"], bool(row["same_revision"])) for row in rows}
        after = places(
            Standing(row["dump_id"], row["sha256"], row["revision"], row["turn"], row["withdrawn_at"] is not None)
            for row in rows
        )
        changed = [dump_id for dump_id, place in after.items() if place != before[dump_id]]
        self._db.executemany(
            "UPDATE dump SET status = ?, rival = ?, same_revision = ? WHERE dump_id = ?",
            [(after[one].status, after[one].rival, after[one].same_revision, one) for one in changed],
        )
        return changed

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
            if changed := journal.changed(self._db):
                self._record(journal.position(self._db).number + 1, changed)
            self._db.execute("COMMIT")
        except BaseException:
            if self._db.in_transaction:
                self._db.execute("ROLLBACK")
            raise

    def _record(self, number: int, rows: Iterable[journal.Row], *, whole: bool = False) -> None:
        """Write the next entry of the journal, in a transaction that is about to be committed."""
        head = {"number": number, "schema": len(_STEPS), "previous": journal.position(self._db).sha256, "whole": whole}
        journal.move(self._db, Position(number, journal.write(self._store, head, rows)))


def _connect(path: Path | None, mode: str) -> sqlite3.Connection:
    """Open a ledger's file in one of SQLite's modes; where there is none, nor is to be, an empty database in memory."""
    there = path is not None and (mode == "rwc" or path.exists())
    name = f"{path.absolute().as_uri()}?mode={mode}" if path and there else ":memory:"
    return sqlite3.connect(name, uri=there, isolation_level=None, timeout=10)


def _is_of_an_earlier_program(connection: sqlite3.Connection) -> bool:
    try:
        return bool(connection.execute("PRAGMA user_version").fetchone()[0] < len(_STEPS))
    except sqlite3.DatabaseError:
        return False  # it is damaged, or the machine fails: told where it is read


def _is_usable(connection: sqlite3.Connection, store: Home) -> bool:
    """Whether what was opened for reading is the ledger as the archive knows it; an error of the machine is raised."""
    if not store.ledger.exists():
        return not recovery.is_begun(store)
    try:
        _upgrade(connection, store.ledger)
        return not recovery.is_behind(connection, store)
    except sqlite3.Error as error:
        if recovery.is_damage(error) and recovery.is_begun(store, without_ledger=True):
            return False
        raise


def _upgrade_of(path: Path) -> journal.Upgrade:
    return lambda connection, to: _upgrade(connection, path, to)


def _upgrade(connection: sqlite3.Connection, path: Path, to: int | None = None) -> None:
    """Bring a ledger to a version of the schema, or the present one; each step in one transaction."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    goal = len(_STEPS) if to is None else to
    if max(version, goal) > len(_STEPS):
        raise LedgerUnusable(
            path, f"it was written by a newer program (schema {max(version, goal)})", "use that program"
        )
    if version < goal:
        connection.execute("PRAGMA journal_mode = WAL")
        for number, step in enumerate(_STEPS[version:goal], start=version + 1):
            connection.executescript(f"BEGIN IMMEDIATE; {step} PRAGMA user_version = {number}; COMMIT;")


_NAMES = tuple(field.name for field in fields(Dump))
_LISTS = ("reasons", "warnings", "problems", "set_aside")
_FLAGS = ("accepted", "is_path_public", "is_synthetic", "is_zero")


def _values(dump: Dump) -> dict[str, object]:
    values: dict[str, object] = {name: getattr(dump, name) for name in _NAMES}
    values["problems"] = [asdict(problem) for problem in dump.problems]
    return values | {name: json.dumps(values[name], ensure_ascii=False) for name in _LISTS}


def _dump(row: sqlite3.Row) -> Dump:
    values = {name: row[name] for name in _NAMES}
    values |= {name: tuple(json.loads(values[name])) for name in _LISTS}
    values["problems"] = tuple(Problem(**{**one, "lines": tuple(one["lines"])}) for one in values["problems"])
    values |= {name: bool(values[name]) for name in _FLAGS}
    return Dump(**values)


def _receipt(row: sqlite3.Row) -> Receipt:
    dump, status = _dump(row), cast(Status, row["status"])
    counts = status in (LOADED, SUPERSEDED)
    withdrawn_at = datetime.fromisoformat(row["withdrawn_at"]) if row["withdrawn_at"] and dump.accepted else None
    withdrawn = withdrawn_at is not None
    message_zh, message_en = message(
        dump.message_zh,
        dump.message_en,
        status,
        rival=_public(row["rival_path"], row["is_rival_path_public"]) if row["rival_path"] else None,
        rival_withdrawn=bool(row["rival_withdrawn"]),
        same_revision=bool(row["same_revision"]),
        withdrawal=(withdrawn_at, row["withdrawn_reason"]) if withdrawn_at else None,
    )
    shared: dict[str, Any] = {name: getattr(dump, name) for name in _SHARED}
    shared |= {name: getattr(dump, name) if counts else 0 for name in _COUNTS}
    shared |= {name: date.fromisoformat(day) if (day := getattr(dump, name)) else None for name in _DAYS}
    return Receipt(
        **shared,
        bytes=dump.size,
        status=status,
        reasons=(*dump.reasons, WITHDRAWN) if withdrawn else dump.reasons,
        warnings=(*dump.warnings, SAME_REVISION) if row["same_revision"] else dump.warnings,
        message_zh=message_zh,
        message_en=message_en,
        landed_at=datetime.fromisoformat(dump.landed_at),
        public_path=_public(dump.path, dump.is_path_public),
        withdrawn_at=withdrawn_at,
        withdrawn_by=row["withdrawn_by"] if withdrawn else None,
        withdrawn_reason=row["withdrawn_reason"] if withdrawn else None,
    )


def _public(path: str, is_public: bool) -> str:
    return path if is_public else hashlib.sha256(path.encode()).hexdigest()


_COUNTS = tuple(field.name for field in fields(Receipt) if field.name.startswith("rows_"))
_DAYS = ("period_start", "period_end", "as_of")
_SHARED = (
    *("dump_id", "path", "sha256", "source", "extract", "unit_code", "revision", "encoding", "delimiter"),
    *("sampling_fraction", "is_synthetic", "submitted_by", "problems"),
)
