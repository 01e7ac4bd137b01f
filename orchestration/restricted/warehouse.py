"""`hrss warehouse`: SQL on the warehouse, on record, persons masked unless they are asked for. Reads only. Shows
nothing."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime

import duckdb

from orchestration.audit_log import audit
from orchestration.errors import WrongUsage
from orchestration.figure.query import CLOSED, Result, query
from orchestration.home_access import login_name
from orchestration.restricted import FILE_MODE, FOLDER_MODE
from orchestration.settings import WUHAN, Settings
from orchestration.text import two_lines
from raw_landing.contract import load_contracts
from raw_landing.database import connect, identifier, literal

SCHEMAS = ("landed", "staging", "intermediate", "marts", "restricted", "quality", "reference")
WRITTEN = {"original", "wrong", "right"}
"""Columns of the schema `quality` that hold what stood in a row."""
_PSEUDONYM = 12  # characters: enough to tell people apart and to join by, within one call


def query_warehouse(settings: Settings, sql: str, *, reveal: bool, limit: int | None = None) -> Iterator[Result]:
    """Run statements on the warehouse, of each that gives rows the first `limit`. They are on record before they run.

    Names are masked, numbers of persons are pseudonyms that hold for this call, other facts about a person are null;
    with `reveal` they are as they stand. Raises QueryFailed, WrongUsage where there is no warehouse or a statement does
    not read, OSError where it cannot be put on record, DatabaseUnusable.
    """
    if not settings.warehouse.is_file():
        raise WrongUsage(two_lines("figure.warehouse_missing", warehouse=settings.warehouse))
    _record(settings, sql, reveal)
    with closing(_as_it_is(settings) if reveal else _masked_copy(settings, sql)) as connection:
        connection.execute(CLOSED)
        yield from query(connection, sql, limit, reads_only=True)


def _as_it_is(settings: Settings) -> duckdb.DuckDBPyConnection:
    connection = connect(settings.warehouse, read_only=True)
    landed = str(settings.home / "landed") + os.sep  # the rows that landed are views of these files
    connection.execute(f"set allowed_directories = [{literal(landed)}]")
    return connection


def _masked_copy(settings: Settings, sql: str) -> duckdb.DuckDBPyConnection:
    """A database of its own with a masked copy of each table whose name stands in the statements: what is not in it, no
    statement can reach. Of the others the names are there. Larger ones than memory go to the folder for spilling."""
    connect(settings.warehouse, read_only=True).close()  # says what is wrong with the file, if something is
    connection = connect(spill=settings.spill)
    connection.execute(f"attach {literal(settings.warehouse)} as warehouse (read_only)")
    columns = connection.execute(
        """
        select schema_name, table_name, list((column_name, data_type) order by column_index)
        from duckdb_columns() where database_name = 'warehouse' and list_contains(?, schema_name)
        group by all order by all
        """,
        [SCHEMAS],
    ).fetchall()
    salt = secrets.token_hex(16)
    for schema in SCHEMAS:
        connection.execute(f"create schema {schema}")
    for schema, table, found in columns:
        name, shown = (
            f"{schema}.{identifier(table)}",
            ", ".join(_shown(schema, column, kind, salt) for column, kind in found),
        )
        if table in sql.lower():
            connection.execute(f"create table {name} as select {shown} from warehouse.{name}")
        else:
            why = literal(two_lines("figure.table_not_named", table=table))
            connection.execute(f"create view {name} as select error({why}) as {identifier(table)}")
    connection.execute("detach warehouse")
    return connection


def _shown(schema: str, column: str, kind: str, salt: str) -> str:
    """SQL: a column as it may be shown."""
    name = identifier(column)
    what = _personal().get(column, "written" if schema == "quality" and column in WRITTEN else None)
    if what is None:
        return name
    if what == "number":
        return f"left(sha256('{salt}' || {name}::varchar), {_PSEUDONYM}) as {name}"
    if what == "quasi":
        return f"null::{kind} as {name}"
    return f"case when {name} is not null then '***' end as {name}"


def _personal() -> dict[str, str]:
    """What the columns of landed rows tell of a person, and what they are called from staging on."""
    found = {
        column.name: str(column.pii)
        for contract in load_contracts().values()
        for column in contract.columns
        if column.pii is not None
    }
    # There are few enough numbers to try all of them on a hash without a key.
    return found | dict.fromkeys(("person_id", "person", "person_hash", "facts_hash"), "number")


def _record(settings: Settings, sql: str, reveal: bool) -> None:
    """Add a line for whoever audits: when, who, the statement, whether persons were shown. Nobody but the owner of the
    home reads it; it stands before anything is read. A statement may name a person, so that the audit log has only the
    line's hash."""
    file = settings.warehouse_log
    file.parent.mkdir(mode=FOLDER_MODE, exist_ok=True)
    at = datetime.now(WUHAN).isoformat(timespec="seconds")
    line = json.dumps({"at": at, "who": login_name(), "statement": sql, "revealed": reveal}, ensure_ascii=False)
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, FILE_MODE)
    with os.fdopen(descriptor, "a", encoding="utf-8") as log:
        log.write(line + "\n")
        log.flush()
        os.fsync(descriptor)
    audit(settings, "warehouse_queried", revealed=reveal, line_sha256=hashlib.sha256(line.encode()).hexdigest())
