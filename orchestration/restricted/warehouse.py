"""`hrss warehouse`: SQL on the warehouse, on record, persons masked unless they are asked for. Reads only. Shows
nothing."""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime

import duckdb

from orchestration.errors import WrongUsage
from orchestration.figure.query import Result, query
from orchestration.gate.acceptance import login_name
from orchestration.restricted.work_list import FILE_MODE, FOLDER_MODE
from orchestration.settings import WUHAN, Settings
from orchestration.text import two_lines
from raw_landing.contract import load_contracts
from raw_landing.database import connect, identifier, literal

SCHEMAS = ("landed", "staging", "intermediate", "marts", "quality", "reference")
WRITTEN = {"original", "wrong", "right"}
"""Columns of the schema `quality` that hold what stood in a row."""
_READING = (duckdb.StatementType.SELECT, duckdb.StatementType.EXPLAIN)
_RAW = "warehouse_unmasked"
_UNMASKED = re.compile(rf"{_RAW}|\b(read_\w+|parquet_\w+|sniff_csv|glob)\s*\(|from\s+'", re.IGNORECASE)
"""What gets at rows past the masked tables."""
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
    with closing(_open(settings, sql, reveal)) as connection:
        if not all(one.type in _READING for one in connection.extract_statements(sql)):
            raise WrongUsage(two_lines("figure.statement_not_reading"))
        if not reveal and _UNMASKED.search(sql):
            raise WrongUsage(two_lines("figure.statement_not_masked"))
        landed = str(settings.home / "landed") + os.sep  # the rows that landed are views of these files
        connection.execute(
            f"set allowed_directories = [{literal(landed)}]; set enable_external_access = false;"
            " set lock_configuration = true"
        )
        yield from query(connection, sql, limit)


def _open(settings: Settings, sql: str, reveal: bool) -> duckdb.DuckDBPyConnection:
    if reveal:
        return connect(settings.warehouse, read_only=True)
    connect(settings.warehouse, read_only=True).close()  # says what is wrong with the file, if something is
    connection = connect(spill=settings.spill)
    connection.execute(f"attach {literal(settings.warehouse)} as {_RAW} (read_only)")
    columns = connection.execute(
        """
        select schema_name, table_name, list((column_name, data_type) order by column_index)
        from duckdb_columns() where database_name = ? and list_contains(?, schema_name) and contains(?, table_name)
        group by all
        """,
        [_RAW, SCHEMAS, sql.lower()],
    ).fetchall()
    salt = secrets.token_hex(16)
    for schema in SCHEMAS:
        connection.execute(f"create schema {schema}")
    for schema, table, found in columns:
        shown = ", ".join(_shown(schema, name, kind, salt) for name, kind in found)
        connection.execute(f"create view {schema}.{identifier(table)} as select {shown} from {_RAW}.{schema}.{table}")
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
    return found | {"person_id": "number", "person": "number"}


def _record(settings: Settings, sql: str, reveal: bool) -> None:
    """Add a line for whoever audits: when, who, the statement, whether persons were shown. Nobody but the owner of the
    home reads it; it stands before anything is read."""
    file = settings.warehouse_log
    file.parent.mkdir(mode=FOLDER_MODE, exist_ok=True)
    at = datetime.now(WUHAN).isoformat(timespec="seconds")
    line = {"at": at, "who": login_name(), "statement": sql, "revealed": reveal}
    descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, FILE_MODE)
    with os.fdopen(descriptor, "a", encoding="utf-8") as log:
        log.write(json.dumps(line, ensure_ascii=False) + "\n")
        log.flush()
        os.fsync(descriptor)
