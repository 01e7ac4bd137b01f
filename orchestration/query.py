"""Read-only SQL on a published file, written as a table, CSV or JSON."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import duckdb

from raw_landing.database import connect

BATCH = 10_000


def open_release(database: Path) -> duckdb.DuckDBPyConnection:
    """A published file, read-only, its tables named with or without `marts.`.

    Attached under another name than its own: in a database called marts, a schema called marts is an ambiguous name.
    """
    connection = connect()
    connection.execute(f"attach '{str(database).replace(chr(39), chr(39) * 2)}' as published (read_only)")
    connection.execute("use published.marts")
    return connection


def run_query(database: Path, sql: str, form: str, out: IO[str]) -> None:
    """Run one statement and write its rows to `out` as they come. Raises duckdb.Error."""
    connection = open_release(database)
    try:
        connection.execute("set enable_external_access = false")  # read-only means: no file is written or read either
        if form == "table":
            relation = connection.sql(sql)
            print("" if relation is None else relation, file=out)
            return
        cursor = connection.execute(sql)
        names = [column[0] for column in cursor.description or ()]
        if form == "csv":
            writer = csv.writer(out)
            writer.writerow(names)
            for batch in _batches(cursor):
                writer.writerows(batch)
        else:
            rows = (dict(zip(names, row, strict=True)) for batch in _batches(cursor) for row in batch)
            json.dump(list(rows), out, ensure_ascii=False, default=str, indent=1)
            out.write("\n")
    finally:
        connection.close()


def _batches(cursor: Any) -> Iterator[list[tuple[Any, ...]]]:
    while rows := cursor.fetchmany(BATCH):
        yield rows
