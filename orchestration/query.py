"""Read-only SQL on a published file, written as a table, CSV or JSON."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from raw_landing.database import connect

BATCH = 10_000


def run_query(database: Path, sql: str, form: str, out: IO[str]) -> None:
    """Run one statement and write its rows to `out` as they come. Raises duckdb.Error."""
    connection = connect(database, read_only=True)
    try:
        connection.execute("set enable_external_access = false")  # read-only means: no file is written or read either
        connection.execute("use marts")
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
