"""The journal of the ledger: the rows written by each transaction, as one file of JSON lines beside the originals
(`<home>/archive/journal/`). From it a lost or older ledger is rebuilt.

An entry is on disk before its transaction commits, so after a kill the journal may be one entry ahead. A whole entry
holds every row and replaces those before it. Each entry names the one before it by sha256 and ends with a sha256 of
itself, so that a torn or foreign entry is detected.
"""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from raw_landing.storage.store import LandingStore, commit_files

POSITION = "journal"
"""The table of the ledger, of one row, that says up to which entry it holds what the journal holds."""

Row = dict[str, Any]
Upgrade = Callable[[sqlite3.Connection, int | None], None]
"""Brings a ledger to a version of its schema; None: to the present one."""


@dataclass(frozen=True, slots=True)
class Position:
    """The last entry that a ledger holds, by number and sha256."""

    number: int = 0
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A valid entry. `schema`: version of the ledger that wrote it; `previous`: sha256 of the entry before it."""

    path: Path
    number: int
    schema: int
    previous: str
    is_whole: bool
    sha256: str

    def changes(self) -> Iterator[tuple[str, Row, bool]]:
        """Its rows in their order: table, columns, and whether the row is there (else the key of one that is gone)."""
        with self.path.open("rb") as file:
            next(file)
            for line in file:
                one = json.loads(line)
                if "table" in one:
                    there = "row" in one
                    yield one["table"], _decoded(one["row" if there else "gone"]), there


def _file(store: LandingStore, number: int) -> Path:
    return store.journal / f"{number:08}.jsonl"


def numbers(store: LandingStore) -> list[int]:
    """The numbers of a home's entries, valid or not, in order."""
    return sorted(int(path.stem) for path in store.journal.glob("[0-9]*.jsonl") if path.stem.isdecimal())


def entries_of(store: LandingStore) -> list[Path]:
    """The files of a home's entries, in order."""
    return [_file(store, number) for number in numbers(store)]


def newest(store: LandingStore) -> Position:
    """Number and sha256 of the newest entry; reads only its end. No sha256 where that is damaged."""
    number = max(numbers(store), default=0)
    try:
        with _file(store, number).open("rb") as file:
            file.seek(-min(_SEAL, file.seek(0, os.SEEK_END)), os.SEEK_END)
            return Position(number, json.loads(file.read())["sha256"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return Position(number)


def entries(store: LandingStore) -> dict[int, Entry | None]:
    """All entries by number, read and checked; None for one that is not as it was written. Raises OSError."""
    return {number: _checked(_file(store, number)) for number in numbers(store)}


def _checked(path: Path) -> Entry | None:
    digest, last, head = hashlib.sha256(), b"", b""
    try:
        with path.open("rb") as file:
            for line in file:
                digest.update(last)
                head, last = head or line, line
        entry, sealed = json.loads(head), json.loads(last)["sha256"]
        if sealed == digest.hexdigest() and last.endswith(b"\n") and entry["number"] == int(path.stem):
            return Entry(path, entry["number"], entry["schema"], entry["previous"], entry["whole"], sealed)
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        pass  # also pruned between the two looks
    return None


def write(store: LandingStore, head: Mapping[str, object], rows: Iterable[Row]) -> str:
    """Write an entry so that it is on the disk, whole or not at all. Returns its sha256. Raises OSError."""
    staged = store.stage(_file(store, int(str(head["number"]))))
    digest = hashlib.sha256()
    try:
        with staged.part.open("wb") as file:
            for one in itertools.chain([head], rows):
                line = json.dumps(one, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
                digest.update(line)
                file.write(line)
            file.write(_seal(digest.hexdigest()))
        commit_files([staged])
    except BaseException:
        staged.part.unlink(missing_ok=True)
        raise
    return digest.hexdigest()


def _seal(sha256: str) -> bytes:
    return json.dumps({"sha256": sha256}).encode() + b"\n"


_SEAL = len(_seal("0" * 64))


def prune(store: LandingStore, before: int) -> None:
    """Remove the entries before the whole one of number `before`. Raises OSError."""
    for number in numbers(store):
        if number < before:
            _file(store, number).unlink()


def watch(ledger: sqlite3.Connection) -> None:
    """Let this connection note the keys of all rows that it writes, for `changed`."""
    ledger.execute("CREATE TEMP TABLE changed (name TEXT, key TEXT)")
    for name, key in _keys(ledger).items():
        for event, rows in (("INSERT", ["NEW"]), ("UPDATE", ["OLD", "NEW"]), ("DELETE", ["OLD"])):
            noted = " ".join(
                f"INSERT INTO changed VALUES ('{name}', json_array("
                + ", ".join(f'{row}."{column}"' for column in key)
                + "));"
                for row in rows
            )
            ledger.execute(
                f'CREATE TEMP TRIGGER "{name} {event}" AFTER {event} ON main."{name}" BEGIN {noted} END',
            )


def changed(ledger: sqlite3.Connection) -> list[Row]:
    """The lines of an entry for the rows written since the last time this was asked."""
    lines: list[Row] = []
    for name, key in _keys(ledger).items():
        rowid = "one.rowid AS rowid, " if key == ["rowid"] else ""
        match = " AND ".join(f"one.\"{column}\" = json_extract(key, '$[{at}]')" for at, column in enumerate(key))
        found = ledger.execute(
            f'SELECT key AS "the key", {rowid}one.*'
            f" FROM (SELECT DISTINCT key FROM temp.changed WHERE name = '{name}') AS changed"
            f' LEFT JOIN main."{name}" AS one ON {match} ORDER BY key'
        )
        names = [column[0] for column in found.description][1:]
        for noted, *values in found:
            row = dict(zip(names, map(_encoded, values), strict=True))
            gone = dict(zip(key, json.loads(noted), strict=True))
            lines.append({"table": name} | ({"gone": gone} if row[key[0]] is None else {"row": row}))
    ledger.execute("DELETE FROM temp.changed")
    return lines


def everything(ledger: sqlite3.Connection) -> Iterator[Row]:
    """The lines of a whole entry."""
    for name, key in _keys(ledger).items():
        rowid = "rowid AS rowid, " if key == ["rowid"] else ""
        found = ledger.execute(f'SELECT {rowid}* FROM main."{name}" ORDER BY {", ".join(key)}')
        names = [column[0] for column in found.description]
        for values in found:
            yield {"table": name, "row": dict(zip(names, map(_encoded, values), strict=True))}


def replay(ledger: sqlite3.Connection, chain: Iterable[Entry], upgrade: Upgrade) -> None:
    """Write into a ledger what these entries say, each in one transaction. Raises sqlite3.Error, OSError."""
    for entry in chain:
        upgrade(ledger, entry.schema)
        ledger.execute("BEGIN IMMEDIATE")
        try:
            if entry.is_whole:
                for name in _keys(ledger):
                    ledger.execute(f'DELETE FROM main."{name}"')
            for (name, columns, there), same in itertools.groupby(
                entry.changes(), key=lambda change: (change[0], tuple(change[1]), change[2])
            ):
                quoted = [f'"{column}"' for column in columns]
                marks = ", ".join("?" * len(quoted))
                statement = (
                    f'INSERT OR REPLACE INTO main."{name}" ({", ".join(quoted)}) VALUES ({marks})'
                    if there
                    else f'DELETE FROM main."{name}" WHERE {" AND ".join(f"{column} = ?" for column in quoted)}'
                )
                ledger.executemany(statement, (tuple(row.values()) for _, row, _ in same))
            move(ledger, Position(entry.number, entry.sha256))
            ledger.execute("COMMIT")
        except BaseException:
            if ledger.in_transaction:
                ledger.execute("ROLLBACK")
            raise


def position(ledger: sqlite3.Connection) -> Position:
    """The last journal entry that a ledger holds; none for a ledger of an earlier program."""
    there = ledger.execute("SELECT 1 FROM main.sqlite_master WHERE name = ?", (POSITION,)).fetchone()
    return Position(*ledger.execute(f"SELECT number, sha256 FROM main.{POSITION}").fetchone()) if there else Position()


def move(ledger: sqlite3.Connection, to: Position) -> None:
    """Write into a ledger which entry it holds last."""
    ledger.execute(f"UPDATE main.{POSITION} SET number = ?, sha256 = ?", (to.number, to.sha256))


def following(found: Mapping[int, Entry | None], base: Position) -> list[Entry] | None:
    """The entries that lead from a ledger at `base` to the newest, of `found` by number; None where one is missing,
    damaged or has another predecessor."""
    wholes = [number for number, entry in found.items() if entry and entry.is_whole and number > base.number]
    first, newest = max(wholes, default=base.number + 1), max(found, default=0)
    own = found.get(base.number)
    if not wholes and own is not None and own.sha256 != base.sha256:
        return None
    chain: list[Entry] = []
    previous = base.sha256
    for number in range(first, newest + 1):
        entry = found.get(number)
        if entry is None or (entry.previous != previous and not (wholes and number == first)):
            return None
        chain.append(entry)
        previous = entry.sha256
    return chain


def _keys(ledger: sqlite3.Connection) -> dict[str, list[str]]:
    """The columns of each table's key; `rowid` where it has none. Without the position."""
    query = "SELECT name FROM main.sqlite_master WHERE type = 'table' AND name NOT GLOB 'sqlite_*' ORDER BY name"
    keys: dict[str, list[str]] = {}
    for (name,) in ledger.execute(query).fetchall():
        if name != POSITION:
            columns = ledger.execute("SELECT name FROM pragma_table_info(?) WHERE pk > 0 ORDER BY pk", (name,))
            keys[name] = [column for (column,) in columns] or ["rowid"]
    return keys


def _encoded(value: object) -> object:
    return {"base64": base64.b64encode(value).decode()} if isinstance(value, bytes) else value


def _decoded(row: Row) -> Row:
    return {name: base64.b64decode(one["base64"]) if isinstance(one, dict) else one for name, one in row.items()}
