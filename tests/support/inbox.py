"""A landing folder and a home to land in, for tests of what becomes of deliveries. Knows four extracts, one for each
load, with as few columns as they need."""

from __future__ import annotations

import gzip
import json
import os
import sqlite3
import time
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from unittest import mock

import duckdb

from raw_landing.contract import load_contracts
from raw_landing.land import Landed, land
from raw_landing.ledger.records import Receipt
from raw_landing.ledger.store import Ledger
from raw_landing.storage import landed_schema
from raw_landing.storage.store import LandingStore

HEADERS = {
    "postdoc_intake": "postdoc_no,region_code,station_name,entered_on",
    "insurance_enrolment": "person_no,id_number,region_code,insurance_type,enrolment_status",
    "social_card": "card_no,id_number,region_code,generation,issued_on",
    "urban_employed_stock": "region_code,employed_persons",
}
"""By extract (events, snapshot, upsert, report): the columns that `body` fills; others that must be there are empty."""

WUHAN, PERIODS = "420100", {"monthly": ("2024-03", "2024-04"), "quarterly": ("2024-Q1", "2024-Q2")}


def body(extract: str, period: str, *values: int) -> str:
    """A dump of `extract` for Wuhan whose rows are told apart by `values`; one row a value."""
    month = f"{period[:4]}-{3 * int(period[-1]):02}" if "Q" in period else period
    rows = {
        "postdoc_intake": "B{0},420106,站{0}," + month + "-05",
        "insurance_enrolment": "P{0},42010619900101{0:04d},420106,110,1",
        "social_card": "K{0},42010619900101{0:04d},420106,3,2020-01-{1:02d}",
        "urban_employed_stock": "4201{1:02d},{0}",
    }
    counties = (2, 3, 4, 5, 6, 7, 11, 12)
    lines = [
        rows[extract].format(value, counties[position] if extract == "urban_employed_stock" else 1 + position)
        for position, value in enumerate(values)
    ]
    return with_all_columns(extract, "\n".join([HEADERS[extract], *lines, ""]))


def with_all_columns(extract: str, text: str) -> str:
    """A dump of few columns with the others that must be there, empty."""
    header, *lines = text.splitlines()
    written = set(header.split(","))
    empty = [
        column.name
        for column in load_contracts()[extract].columns
        if not column.may_be_absent and written.isdisjoint((column.name, column.zh, *column.aliases))
    ]
    return "\n".join([",".join([header, *empty]), *(line + "," * len(empty) for line in lines), ""])


def name(extract: str, period: str = "2024-03", unit: str = WUHAN, revision: int | None = None) -> str:
    """The canonical path of a dump."""
    end = "" if revision is None else f"__r{revision}"
    return f"{load_contracts()[extract].source}/{extract}__{period}__{unit}{end}.csv"


def revise_contracts(landing: Path, unit: str, revision: int, factor: float) -> None:
    """Deliver a unit's labour contracts of the sample's last quarter anew, the signed employees multiplied."""
    extract = "labour_contract_report"
    (dump,) = (landing / "inbox" / load_contracts()[extract].source / extract).glob(f"{extract}__2025-Q4__{unit}.csv")
    header, *rows = dump.read_text(encoding="utf-8").splitlines()
    column = header.split(",").index("employees_signed")
    lines = [row.split(",") for row in rows]
    for line in lines:
        line[column] = str(int(int(line[column]) * factor))
    revised = dump.with_name(f"{dump.stem}__r{revision}.csv")
    revised.write_text("\n".join([header, *map(",".join, lines), ""]), encoding="utf-8")


@dataclass
class World:
    """An inbox under `root` and the home it is landed in. What is delivered has long stopped growing."""

    root: Path

    @property
    def landing(self) -> Path:
        """The landing folder."""
        return self.root / "landing"

    @property
    def inbox(self) -> Path:
        """Where dumps are put."""
        return self.landing / "inbox"

    @property
    def home(self) -> Path:
        """Where they are kept."""
        return self.root / "home"

    def deliver(self, path: str, content: str | bytes, *, age: float = 60, **manifest: Any) -> Path:
        """Put a file into the inbox as if it were written `age` seconds ago, with a manifest if any is given."""
        file = self.inbox / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        backdate(file, age)
        if manifest:
            self.manifest(path, age=age, **manifest)
        return file

    def manifest(self, path: str, *, age: float = 60, **facts: Any) -> Path:
        """Put a manifest beside a file."""
        file = self.inbox / f"{path}.manifest.json"
        file.write_text(json.dumps(facts, ensure_ascii=False))
        backdate(file, age)
        return file

    def land(self, **options: Any) -> Landed:
        """Land what is there."""
        return land(self.landing, self.home, **options)

    def receipts(self) -> dict[str, Receipt]:
        """All receipts by path; of several contents under one path the latest landed."""
        with Ledger.open(self.home) as ledger:
            return {one.path: one for one in sorted(ledger.receipts(), key=lambda one: one.landed_at)}

    def statuses(self) -> dict[str, str]:
        """The status by path."""
        return {path: receipt.status for path, receipt in self.receipts().items()}

    def warehouse(self, *extracts: str) -> duckdb.DuckDBPyConnection:
        """A warehouse in memory, synced; if extracts are named, of these alone."""
        connection = duckdb.connect()
        self.show(connection, *(extracts or load_contracts()))
        return connection

    def show(self, connection: duckdb.DuckDBPyConnection, *extracts: str, as_of: date = date(2024, 5, 20)) -> None:
        """Let an open warehouse show what has landed of these extracts: all would cost a few times as much."""
        contracts = {extract: load_contracts()[extract] for extract in extracts}
        with mock.patch.object(landed_schema, "load_contracts", lambda: contracts):
            landed_schema.refresh_landed_schema(connection, self.home, as_of=as_of)

    def active_rows(self, extract: str) -> list[tuple[Any, ...]]:
        """The active rows of an extract, sorted: period, revision and the columns of HEADERS as text."""
        with self.warehouse(extract) as connection:
            return rows_of(connection, extract)

    def active_texts(self, extract: str) -> list[tuple[str | None, ...]]:
        """The active rows of any extract, sorted: all columns of its contract as text."""
        columns = ", ".join(f'"{column.name}"::VARCHAR' for column in load_contracts()[extract].columns)
        with self.warehouse(extract) as connection:
            return connection.execute(f"SELECT {columns} FROM landed.{extract} ORDER BY ALL").fetchall()

    def files(self) -> set[Path]:
        """Every file of the home but the ledger, its journal and its copies."""
        own = (self.home / "archive" / "journal", self.home / "archive" / "ledger")
        return {
            path
            for path in self.home.rglob("*")
            if path.is_file() and not path.name.startswith("ledger.sqlite") and path.parent not in own
        }

    def named_files(self) -> set[Path]:
        """Every file that a receipt names and that should therefore stand in the home."""
        store = LandingStore(self.home)
        with Ledger.open(self.home) as ledger:
            dumps = ledger.dumps()
        rows = {store.rows(one.extract, one.dump_id, one.look) for one in dumps if one.accepted and one.extract}
        refused = {store.refused(one.dump_id, one.look) for one in dumps if one.accepted and one.rows_refused}
        return rows | refused | {store.original(one.sha256) for one in dumps if one.rules is not None}

    def original(self, sha256: str) -> bytes:
        """The archived bytes of a dump."""
        return gzip.decompress(LandingStore(self.home).original(sha256).read_bytes())


def rows_of(warehouse: duckdb.DuckDBPyConnection, extract: str) -> list[tuple[Any, ...]]:
    """The rows of an extract in a warehouse, sorted: period, revision and the columns of HEADERS as text."""
    columns = ", ".join(f"{column}::VARCHAR" for column in HEADERS[extract].split(","))
    query = f"SELECT period_start::VARCHAR, revision, {columns} FROM landed.{extract} ORDER BY ALL"
    return warehouse.execute(query).fetchall()


def without_journal(ledger: Path) -> None:
    """Let a ledger's file be as the program wrote it that knew neither a journal nor rows set aside."""
    with closing(sqlite3.connect(ledger)) as connection:
        connection.executescript(
            "DROP TABLE journal; DROP INDEX dump_turn; DROP TABLE set_aside;"
            " ALTER TABLE dump DROP COLUMN set_aside; ALTER TABLE dump DROP COLUMN purged_at;"
            " ALTER TABLE dump DROP COLUMN refused_purged_at; PRAGMA user_version = 3"
        )


def backdate(file: Path, age: float) -> None:
    """Let a file look as if it was written `age` seconds ago."""
    then = time.time_ns() - int(age * 1e9)
    os.utime(file, ns=(then, then), follow_symlinks=False)
