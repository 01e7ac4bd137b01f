"""The ledger: one row for every content under every path ever seen, what was read of it, and which dumps count.
Opens no dump and no Parquet file."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import astuple, fields
from pathlib import Path
from typing import Self

from raw_landing.errors import UnknownDump
from raw_landing.ledger import journal, recovery
from raw_landing.ledger.journal import Entry, Position
from raw_landing.ledger.records import (
    Delivery,
    Dump,
    FileStat,
    Receipt,
    SetAside,
)
from raw_landing.ledger.rows import dump_of, receipt_of, values_of
from raw_landing.ledger.schema import STEPS, connect_ledger, is_of_an_earlier_program, is_usable, upgrade_of
from raw_landing.ledger.status import AcceptedDump, DumpStatus, resolve_statuses
from raw_landing.storage.store import LandingStore

_MANY = 256  # entries of the journal, from which on one whole entry replaces them


class Ledger:
    """An open ledger. Every method that writes is one transaction; errors are sqlite3's."""

    def __init__(
        self,
        connection: sqlite3.Connection,
        store: LandingStore,
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
        """Open a home's ledger, upgrading it if need be.

        To `write`, it is first restored from journal and copies; for reading, a ledger that is gone, damaged or behind
        is rebuilt in memory (`recalled`: in any case). Where there is none, `create` makes one in a prepared home; else
        an empty one is read. Raises LedgerUnusable, sqlite3.Error.
        """
        store = LandingStore(home)
        upgrade = upgrade_of(store.ledger)
        write = create or (write and recovery.is_begun(store))
        found = recovery.restore(store, upgrade) if write else {}
        connection = connect_ledger(store.ledger, "rwc" if create else "rw" if write else "ro")
        try:
            if not write and store.ledger.exists() and is_of_an_earlier_program(connection):
                connection.close()
                connection = connect_ledger(store.ledger, "rw")
            recalled = not write and (recalled or not is_usable(connection, store))
            if recalled:
                connection.close()
                connection = connect_ledger(None, "rw")
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

    @classmethod
    @contextmanager
    def of_copy(cls, copy: Path, store: LandingStore) -> Iterator[Self]:
        """A copy as `copy_to` made it, for reading. Raises sqlite3.Error."""
        with closing(connect_ledger(copy, "ro")) as connection:
            yield cls(connection, store, {})

    def copy_to(self, copy: Path) -> None:
        """Write what it holds now to a new file. Raises sqlite3.Error."""
        self._db.execute("VACUUM INTO ?", (str(copy),))

    def complete_journal(self) -> None:
        """Start the journal again with a whole entry where it lacks what the ledger holds (an earlier program wrote
        none, entries are damaged) or has become long. Call it only after the archive was checked."""
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
        """Copy the ledger unless it is unchanged since the last copy."""
        recovery.keep_copy(self._db, self._store)

    def file_stats(self) -> dict[str, FileStat]:
        """By path, the stat of every file seen so far."""
        rows = self._db.execute(
            "SELECT path, size, mtime_ns, manifest_size, manifest_mtime_ns, unreadable, dump_id FROM sighting"
        )
        return {row[0]: FileStat(*row) for row in rows}

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
        return dump_of(row) if row else None

    def dumps(self) -> list[Dump]:
        """All dumps in the order of their paths."""
        return [dump_of(row) for row in self._db.execute("SELECT * FROM dump ORDER BY path, dump_id")]

    def first_landing(self, dump_id: str, manifest_sha256: str | None) -> str | None:
        """When this content first landed with this manifest."""
        row = self._db.execute(
            "SELECT landed_at FROM look WHERE dump_id = ? AND manifest_sha256 = ?", (dump_id, manifest_sha256 or "")
        ).fetchone()
        return row[0] if row else None

    def commit(self, dumps: Iterable[Dump], file_stats: Iterable[FileStat]) -> list[str]:
        """Write what was read of dumps, in this order, and the stat of their files; in one transaction.

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
                touched |= dict.fromkeys(self._refresh_statuses(identity))
            if touched:
                self._bump_version()
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
                    for one in file_stats
                ],
            )
        return list(touched)

    def withdraw(
        self, dump_id: str, *, at: str, by: str, reason: str, announce: Callable[[], object] = lambda: None
    ) -> list[str]:
        """Take an accepted dump back; `announce` is called before, once it is clear that it can be done. Returns the
        dump_ids whose receipt changed. Raises UnknownDump."""
        with self._transaction():
            dump = self.dump(dump_id)
            if dump is None or not dump.accepted:
                raise UnknownDump(dump_id, "no_receipt" if dump is None else "nothing_loaded")
            if self._is_withdrawn(dump_id):  # who took it back first, when and why stays on the receipt
                raise UnknownDump(dump_id, "already_withdrawn")
            announce()
            self._db.execute(
                "UPDATE dump SET withdrawn_at = ?, withdrawn_by = ?, withdrawn_reason = ? WHERE dump_id = ?",
                (at, by, reason, dump_id),
            )
            self._bump_version()
            return list(dict.fromkeys([dump_id, *self._refresh_statuses(dump.identity)]))

    def purge(self, dump_ids: Iterable[str], refused_of: Iterable[str], *, at: str) -> None:
        """Put on record that originals and rows of dumps are removed for good, and the refused rows of others. Such a
        dump keeps its receipt, is never read again and never counts again; delivered anew it is a new one."""
        with self._transaction():
            self._db.executemany(
                "UPDATE dump SET purged_at = ?, refused_purged_at = ?, rules = NULL WHERE dump_id = ?",
                [(at, at, one) for one in dump_ids],
            )
            self._db.executemany(
                "UPDATE dump SET refused_purged_at = ? WHERE dump_id = ?", [(at, one) for one in refused_of]
            )
            self._bump_version()

    def set_aside(self, rows: Iterable[SetAside]) -> None:
        """Register rows as set aside; the dumps of their content are read again by the next run."""
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
        """Mark dumps to be read again, by emptying the rules they were read by."""
        self._db.executemany(
            "UPDATE dump SET rules = '' WHERE sha256 = ? AND rules IS NOT NULL", [(sha256,) for sha256 in contents]
        )
        self._bump_version()

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
        return [receipt_of(row) for row in self._db.execute(f"{query} ORDER BY dump.path, dump.dump_id", chosen)]

    def to_tell(self, recent: str, open_since: str) -> dict[str, bool]:
        """The dumps of which their senders are told, and whether each still waits for them: those landed or withdrawn
        from the instant `recent` on; of periods that end from the day `open_since` on, those that were rejected and
        not delivered again, or of whose active rows some were refused."""
        query = """
            SELECT dump_id, is_open
            FROM (
                SELECT
                    *,
                    withdrawn_at IS NULL AND CASE status
                        WHEN 'loaded' THEN rows_refused > 0
                        WHEN 'rejected' THEN NOT EXISTS (
                            SELECT 1
                            FROM dump AS after
                            WHERE (after.extract, after.period_start, after.period_end, after.unit_code)
                                = (dump.extract, dump.period_start, dump.period_end, dump.unit_code)
                                AND after.status = 'loaded'
                                AND after.landed_at >= dump.landed_at
                        )
                        ELSE 0
                    END AS is_open
                FROM dump
            )
            WHERE landed_at >= :recent OR withdrawn_at >= :recent OR (is_open AND period_end >= :open_since)
        """
        found = self._db.execute(query, {"recent": recent, "open_since": open_since})
        return {dump_id: bool(is_open) for dump_id, is_open in found}

    def active(self) -> list[tuple[Dump, str]]:
        """The dumps whose rows count, by extract and path, each with the first landing of its identity."""
        query = (
            "SELECT * FROM (SELECT *, min(CASE WHEN status <> 'rejected' THEN landed_at END)"
            " OVER (PARTITION BY extract, period_start, period_end, unit_code) AS first_landed_at"
            " FROM dump WHERE accepted) WHERE status = 'loaded' ORDER BY extract, path, dump_id"
        )
        return [(dump_of(row), row["first_landed_at"]) for row in self._db.execute(query)]

    def deliveries(self, extract: str) -> list[Delivery]:
        """The loaded and superseded dumps of an extract."""
        query = (
            "SELECT sha256, period_start, period_end, unit_code, revision, rows_loaded, sampling_fraction,"
            " status = 'loaded' AS is_active FROM dump WHERE status IN ('loaded', 'superseded') AND extract = ?"
        )
        return [Delivery(*row) for row in self._db.execute(query, (extract,))]

    def refused(self) -> list[Dump]:
        """The loaded and superseded dumps of which rows were refused, but those whose refused rows were purged."""
        query = (
            "SELECT * FROM dump WHERE status IN ('loaded', 'superseded') AND rows_refused > 0"
            " AND refused_purged_at IS NULL ORDER BY path, dump_id"
        )
        return [dump_of(row) for row in self._db.execute(query)]

    def _is_withdrawn(self, dump_id: str) -> bool:
        query = "SELECT withdrawn_at IS NOT NULL FROM dump WHERE dump_id = ?"
        return bool(self._db.execute(query, (dump_id,)).fetchone()[0])

    def _bump_version(self) -> None:
        self._db.execute("UPDATE version SET number = number + 1")

    def _upsert(self, dump: Dump, *, new_turn: bool) -> None:
        values = values_of(dump)
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

    def _refresh_statuses(self, identity: tuple[str | None, ...]) -> list[str]:
        """Give every accepted dump of an identity its status; returns those that changed."""
        rows = self._db.execute(
            "SELECT dump_id, sha256, revision, turn, withdrawn_at, status, rival, same_revision FROM dump"
            " WHERE accepted AND extract = ? AND period_start = ? AND period_end = ? AND unit_code = ?"
            " AND (purged_at IS NULL OR withdrawn_at IS NOT NULL)",  # what was taken back does not return
            identity,
        ).fetchall()
        before = {row["dump_id"]: DumpStatus(row["status"], row["rival"], bool(row["same_revision"])) for row in rows}
        after = resolve_statuses(
            AcceptedDump(row["dump_id"], row["sha256"], row["revision"], row["turn"], row["withdrawn_at"] is not None)
            for row in rows
        )
        changed = [dump_id for dump_id, status in after.items() if status != before[dump_id]]
        self._db.executemany(
            "UPDATE dump SET status = ?, rival = ?, same_revision = ? WHERE dump_id = ?",
            [(after[one].status, after[one].superseding_dump, after[one].same_revision, one) for one in changed],
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
        head = {"number": number, "schema": len(STEPS), "previous": journal.position(self._db).sha256, "whole": whole}
        journal.move(self._db, Position(number, journal.write(self._store, head, rows)))
