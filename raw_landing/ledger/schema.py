"""The ledger's tables, version by version; opens and upgrades its file."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from raw_landing.errors import LedgerUnusable
from raw_landing.ledger import journal, recovery
from raw_landing.storage.store import LandingStore

# user_version of the file: each step brings a ledger from its position to the next.
STEPS = (
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
    "ALTER TABLE dump ADD COLUMN purged_at TEXT; ALTER TABLE dump ADD COLUMN refused_purged_at TEXT;",
)


def connect_ledger(path: Path | None, mode: str) -> sqlite3.Connection:
    """Open a ledger's file in one of SQLite's modes; an empty database in memory where there is none and none is to be
    made."""
    there = path is not None and (mode == "rwc" or path.exists())
    name = f"{path.absolute().as_uri()}?mode={mode}" if path and there else ":memory:"
    return sqlite3.connect(name, uri=there, isolation_level=None, timeout=10)


def is_of_an_earlier_program(connection: sqlite3.Connection) -> bool:
    try:
        return bool(connection.execute("PRAGMA user_version").fetchone()[0] < len(STEPS))
    except sqlite3.DatabaseError:
        return False  # damaged, or the machine fails: reported where it is read


def is_usable(connection: sqlite3.Connection, store: LandingStore) -> bool:
    """Whether the ledger opened for reading is what the archive says; raises errors of the machine."""
    if not store.ledger.exists():
        return not recovery.is_begun(store)
    try:
        upgrade(connection, store.ledger)
        return not recovery.is_behind(connection, store)
    except sqlite3.Error as error:
        if recovery.is_damage(error) and recovery.is_begun(store, without_ledger=True):
            return False
        raise


def upgrade_of(path: Path) -> journal.Upgrade:
    return lambda connection, to: upgrade(connection, path, to)


def upgrade(connection: sqlite3.Connection, path: Path, to: int | None = None) -> None:
    """Bring a ledger to a version of the schema, or the present one; each step in one transaction."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    goal = len(STEPS) if to is None else to
    if max(version, goal) > len(STEPS):
        raise LedgerUnusable(path, "newer_program", version=max(version, goal))
    if version < goal:
        connection.execute("PRAGMA journal_mode = WAL")
        for number, step in enumerate(STEPS[version:goal], start=version + 1):
            connection.executescript(f"BEGIN IMMEDIATE; {step} PRAGMA user_version = {number}; COMMIT;")
