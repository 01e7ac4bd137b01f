"""Keeps the rows of small dumps together in tables of the warehouse (schema `packed`): opening thousands of Parquet
files each night costs more than reading them. The tables follow the files, which stay the record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from raw_landing.database import identifier, literal

SMALL = 2_000
"""Rows; files of more are read where they are. To keep a row here costs as much as reading it twenty times; to open a
file, as much as reading some thousand rows."""

HUGE = 20_000_000
"""Rows; a relation of more is read from its files alone. To group that many rows of a table and of files together takes
more memory than DuckDB was given: it does not put down what two pipelines bring (1.5.6). The few seconds that small
files cost are nothing beside them."""


_REGISTERS = {
    "file": {"relation": "VARCHAR", "dump_id": "VARCHAR", "look": "VARCHAR"},
    "relation": {"relation": "VARCHAR", "rows": "BIGINT"},
}


@dataclass(frozen=True)
class RowFile:
    """A Parquet file of rows of one dump, of one reading; it never changes."""

    dump_id: str
    look: str
    path: Path
    rows: int


def prepare(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the schema and its registers, where they are missing or not as they should be."""
    found = {name: _columns(connection, name) for name in _REGISTERS}
    if any(found.values()) and found != _REGISTERS:
        connection.execute("DROP SCHEMA packed CASCADE")
    connection.execute("CREATE SCHEMA IF NOT EXISTS packed")
    for name, columns in _REGISTERS.items():
        typed = ", ".join(f"{column} {sql_type}" for column, sql_type in columns.items())
        connection.execute(f"CREATE TABLE IF NOT EXISTS packed.{name} ({typed})")


def consolidate(
    connection: duckdb.DuckDBPyConnection, relation: str, columns: Mapping[str, str], files: Iterable[RowFile]
) -> tuple[str | None, list[Path]]:
    """Make the table of small files of `relation` hold the rows of these files and of no others, at a cost that grows
    with what changed. Returns its name, None where no file is small, and the files to be read beside it.

    Part of the caller's transaction. Raises duckdb.Error: a file is gone.
    """
    files = list(files)
    is_huge = sum(file.rows for file in files) > HUGE
    small: dict[tuple[str, str], Path] = {}
    large: list[Path] = []
    for file in files:
        if file.rows <= SMALL and not is_huge:
            small[file.dump_id, file.look] = file.path
        else:
            large.append(file.path)
    table = f"packed.{identifier(relation)}"  # a dot and all: one name
    ours = f"FROM packed.file WHERE relation = {literal(relation)}"
    is_new = _columns(connection, relation) != dict(columns) or not _has_all_rows(connection, relation)
    if is_new:
        typed = ", ".join(f"{identifier(column)} {sql_type}" for column, sql_type in columns.items())
        connection.execute(f"CREATE OR REPLACE TABLE {table} ({typed}); DELETE {ours}")
    kept = set(connection.execute(f"SELECT dump_id, look {ours}").fetchall())
    if gone := kept - small.keys():
        ids = ", ".join(literal(dump_id) for dump_id, _ in gone)
        connection.execute(f"DELETE FROM {table} WHERE dump_id IN ({ids}); DELETE {ours} AND dump_id IN ({ids})")
    if new := [one for one in small if one not in kept]:
        names = ", ".join(identifier(column) for column in columns)
        connection.execute(f"INSERT INTO {table} SELECT {names} FROM {read_files(small[one] for one in new)}")
        register = ", ".join(f"({literal(relation)}, {literal(dump_id)}, {literal(look)})" for dump_id, look in new)
        connection.execute(f"INSERT INTO packed.file VALUES {register}")
    if gone or new or is_new:
        connection.execute(
            f"DELETE FROM packed.relation WHERE relation = {literal(relation)};"
            f" INSERT INTO packed.relation SELECT {literal(relation)}, count(*) FROM {table}"
        )
    return table if small else None, large


def _has_all_rows(connection: duckdb.DuckDBPyConnection, relation: str) -> bool:
    """Whether the table that keeps a relation has as many rows as when it was last made."""
    query = f"SELECT rows = (SELECT count(*) FROM packed.{identifier(relation)}) FROM packed.relation"
    return connection.execute(f"{query} WHERE relation = {literal(relation)}").fetchall() == [(True,)]


def _columns(connection: duckdb.DuckDBPyConnection, relation: str) -> dict[str, str]:
    """Names and types of the columns of the table that keeps a relation; none if there is no such table."""
    query = f"""
        SELECT column_name, replace(data_type, ',', ', ')
        FROM duckdb_columns()
        WHERE database_name = current_database() AND schema_name = 'packed' AND table_name = {literal(relation)}
        ORDER BY column_index
    """
    return dict(connection.execute(query).fetchall())


def read_files(files: Iterable[Path], options: str = "hive_partitioning = false") -> str:
    """SQL that reads exactly these Parquet files."""
    return f"read_parquet([{', '.join(one_file(file) for file in files)}], {options})"


def one_file(path: Path) -> str:
    """A path as an SQL literal that names this one file, also where the home's own name looks like a pattern."""
    return literal("".join(f"[{sign}]" if sign in "*?[" else sign for sign in str(path)))
