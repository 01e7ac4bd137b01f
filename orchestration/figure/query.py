"""Read-only SQL on a published file, written as a table, CSV or JSON."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import duckdb

from orchestration.csv_cells import guarded
from orchestration.errors import WrongUsage
from orchestration.release.folder import schema_of
from orchestration.text import inline, pair
from raw_landing.database import connect, explain_open_error, literal
from raw_landing.errors import UserError

BATCH = 10_000


class QueryFailed(UserError):
    """DuckDB refused the statement; the message is its own."""


def attach_release(connection: duckdb.DuckDBPyConnection, database: Path, name: str) -> str:
    """Attach a published file read-only; returns the schema of its tables. Raises DatabaseUnusable."""
    with explain_open_error(database, lambda: pair("figure.release_unreadable")):
        connection.execute(f"attach {literal(database)} as {name} (read_only)")
    return schema_of(connection, name)


def open_release(database: Path) -> duckdb.DuckDBPyConnection:
    """A published file, read-only, its tables named with or without `marts.`. Raises DatabaseUnusable."""
    connection = connect()
    if attach_release(connection, database, "marts") == "marts.marts":  # of a database and a schema: ambiguous
        connection.execute("detach marts")
        attach_release(connection, database, "published")
        connection.execute("use published.marts")
    else:
        connection.execute("use marts")
    return connection


def run_query(database: Path, sql: str, form: str, out: IO[str]) -> None:
    """Run one statement and write its rows to `out` as they come. Raises QueryFailed, WrongUsage, DatabaseUnusable."""
    connection = open_release(database)
    try:
        connection.execute("set enable_external_access = false")  # read-only means: no file is written or read either
        if not connection.extract_statements(sql):
            raise WrongUsage(inline("figure.statement_missing"))
        if form == "table":
            relation = connection.sql(sql)
            print("" if relation is None else relation, file=out)
            return
        cursor = connection.execute(sql)
        names = [column[0] for column in cursor.description or ()]
        (_write_csv if form == "csv" else _write_json)(names, _batches(cursor), out)
    except duckdb.Error as error:
        raise QueryFailed(str(error)) from error
    finally:
        connection.close()


def _write_csv(names: list[str], batches: Iterator[list[tuple[Any, ...]]], out: IO[str]) -> None:
    """As the exports write cells: nothing that a spreadsheet would run."""
    writer = csv.writer(out)
    writer.writerow(map(guarded, names))
    for batch in batches:
        writer.writerows(map(guarded, row) for row in batch)


def _write_json(names: list[str], batches: Iterator[list[tuple[Any, ...]]], out: IO[str]) -> None:
    """An array with an object a line."""
    between = "[\n "
    for batch in batches:
        for row in batch:
            out.write(between + json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False, default=str))
            between = ",\n "
    out.write("[]\n" if between.startswith("[") else "\n]\n")


def _batches(cursor: Any) -> Iterator[list[tuple[Any, ...]]]:
    while rows := cursor.fetchmany(BATCH):
        yield rows
