"""Checks that the Parquet files of landed rows are whole; landing reads damaged ones again from the archive."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

import duckdb

from raw_landing.database import connect
from raw_landing.errors import as_landing_error, machine_errno
from raw_landing.ledger.records import Dump
from raw_landing.ledger.store import Ledger
from raw_landing.storage.small_files import one_file
from raw_landing.storage.store import LandingStore, is_original

_MAGIC = b"PAR1"  # a Parquet file begins and ends with it; before its end stands the length of the footer


def files_of(store: LandingStore, dump: Dump) -> list[Path]:
    """The files that an accepted dump's rows stand in; none for others."""
    if not dump.accepted or dump.extract is None or dump.rules is None:
        return []
    files = [store.rows(dump.extract, dump.dump_id, dump.look)]
    if dump.rows_refused and dump.refused_purged_at is None:
        files.append(store.refused(dump.dump_id, dump.look))
    if dump.rows_corrected:
        files.append(store.applied(dump.extract, dump.dump_id, dump.look))
    return files


def looks_whole(file: Path) -> bool:
    """Whether a Parquet file has its two ends: one that is gone, emptied, cut off or overwritten has not. The cost is
    two reads of some bytes. Raises OSError where the machine fails."""
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        size = os.fstat(descriptor).st_size
        if size < 3 * len(_MAGIC):
            return False
        tail = os.pread(descriptor, 8, size - 8)
        footer = int.from_bytes(tail[:4], "little")
        return os.pread(descriptor, 4, 0) == _MAGIC == tail[4:] and footer + 12 <= size
    finally:
        os.close(descriptor)


def without_rows(store: LandingStore, dumps: Iterable[Dump]) -> Iterator[Dump]:
    """The dumps of whose files one does not look whole. Raises OSError."""
    for dump in dumps:
        if not all(map(looks_whole, files_of(store, dump))):
            yield dump


def discard_unreadable_rows(home: Path) -> list[Path]:
    """Read every file of rows to its end and remove those that cannot be, where the archive has the original: landing
    makes them again. For use after a failure only: it costs as much as reading all that ever landed. Returns what was
    removed. Raises LandingError."""
    store = LandingStore(home.absolute())
    if not store.ledger.is_file():
        return []
    with as_landing_error(home), Ledger.open(home) as ledger, connect() as connection:
        known = [(file, dump.sha256) for dump in ledger.dumps() for file in files_of(store, dump)]
        removed = []
        for file, sha256 in known:
            if file.is_file() and store.original(sha256).is_file() and content_of_rows(connection, file) is None:
                file.unlink()
                removed.append(file)
    return removed


def discard_rows(home: Path, files: Collection[Path]) -> list[Path]:
    """Remove these files of rows, where the archive still has the bytes that they were read from: landing makes them
    again. The caller holds the right to write. Returns what was removed. Raises LandingError."""
    store = LandingStore(home.absolute())
    with as_landing_error(home), Ledger.open(home) as ledger:
        known = [(file, dump.sha256) for dump in ledger.dumps() for file in files_of(store, dump) if file in files]
        removed = []
        for file, sha256 in known:
            if file.exists() and is_original(store.original(sha256), sha256):
                file.unlink()
                removed.append(file)
    return removed


def rows_of_dumps(home: Path) -> dict[Path, int]:
    """Every file that rows of dumps stand in, with its size; 0 of one that is gone. Raises LandingError."""
    store = LandingStore(home.absolute())
    with as_landing_error(home), Ledger.open(home) as ledger:
        files = [file for dump in ledger.dumps() for file in files_of(store, dump)]
    return {file: file.stat().st_size if file.exists() else 0 for file in files}


def content_of_rows(connection: duckdb.DuckDBPyConnection, file: Path) -> str | None:
    """What the rows of a file are, whatever their order, as a text to compare; None where it is gone or cannot be read
    to its end. Raises duckdb.Error where the machine fails."""
    query = "SELECT format('{} {} {}', count(*), sum(hash(t)::HUGEINT), version()) FROM read_parquet("
    try:
        row = connection.execute(f"{query}{one_file(file)}, hive_partitioning = false) AS t").fetchone()
    except duckdb.Error as error:
        if machine_errno(error) is not None:
            raise
        return None
    return None if row is None else str(row[0])
