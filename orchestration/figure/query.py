"""Read-only SQL on a published file. Shows nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from orchestration.errors import WrongUsage
from orchestration.release.folder import schema_of
from orchestration.text import pair, two_lines
from raw_landing.database import connect, explain_open_error, literal
from raw_landing.errors import UserError

BATCH = 10_000
READING = {duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN}
"""Statements that change nothing."""
ALLOWED = READING | {
    getattr(duckdb.StatementType, name)
    for name in ("CREATE", "INSERT", "UPDATE", "DELETE", "DROP", "ALTER", "SET", "TRANSACTION")
}
"""The same, and those on tables of one's own, in memory. Others could write to the file itself and to the log beside
it, which DuckDB lets be written whatever is set."""
_WRITES = re.compile(r"\b(copy|export)\b", re.IGNORECASE)
"""What `explain analyze` would run."""

CLOSED = "set enable_external_access = false; set lock_configuration = true"
"""SQL: from here on no other file is read or written, and nothing lets it be."""


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


@dataclass(frozen=True)
class Result:
    """What a statement gave: columns, and rows as they come, in batches."""

    names: Sequence[str]
    types: Sequence[str]
    batches: Iterator[list[tuple[Any, ...]]]


def query_release(database: Path, sql: str, limit: int | None = None) -> Iterator[Result]:
    """Run statements on a published file; of each that gives rows the first `limit`, all of them where it is None. One
    result is read before the next is asked for. Raises QueryFailed, WrongUsage, DatabaseUnusable."""
    with closing(open_release(database)) as connection:
        connection.execute(CLOSED)
        yield from query(connection, sql, limit)


def query(
    connection: duckdb.DuckDBPyConnection, sql: str, limit: int | None = None, *, reads_only: bool = False
) -> Iterator[Result]:
    """The same on an open connection. `reads_only`: other statements are wrong. Raises QueryFailed, WrongUsage."""
    try:
        statements = connection.extract_statements(sql)
        if not statements:
            raise WrongUsage(two_lines("figure.statement_missing"))
        allowed = READING if reads_only else ALLOWED
        if not all(one.type in allowed and not _explains_writing(one) for one in statements):
            raise WrongUsage(two_lines("figure.statement_not_reading"))
        for statement in statements:
            cursor = connection.execute(statement)
            if duckdb.ExpectedResultType.CHANGED_ROWS not in statement.expected_result_type and cursor.description:
                names, types = zip(*((str(one[0]), str(one[1])) for one in cursor.description), strict=True)
                yield Result(names, types, _batches(cursor, limit))
    except (duckdb.CatalogException, duckdb.BinderException, duckdb.ParserException) as error:
        raise WrongUsage(f"{two_lines('figure.query_wrong')}\n{error}") from error
    except duckdb.Error as error:
        raise QueryFailed(f"{two_lines('figure.query_failed')}\n{error}") from error


def _explains_writing(statement: duckdb.Statement) -> bool:
    return statement.type == duckdb.StatementType.EXPLAIN and _WRITES.search(statement.query) is not None


def _batches(cursor: Any, limit: int | None) -> Iterator[list[tuple[Any, ...]]]:
    left = limit
    while left != 0 and (rows := cursor.fetchmany(BATCH if left is None else min(BATCH, left))):
        left = None if left is None else left - len(rows)
        yield rows


def has_column(connection: duckdb.DuckDBPyConnection, table: str, column: str) -> bool:
    """Whether a release, which may be older, has a column."""
    query = "select 1 from duckdb_columns() where table_name = ? and column_name = ?"
    return connection.execute(query, [table, column]).fetchone() is not None
