"""Each published table as Parquet and as CSV, streamed by DuckDB. What a cell looks like is decided here."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import duckdb

from orchestration.csv_cells import guarded_sql
from orchestration.dbt_build.catalogue import Column, Table
from orchestration.exports.facts import Facts
from orchestration.exports.unchanged import Unchanged
from orchestration.text import written
from raw_landing.database import identifier, literal

MARK = Column("is_synthetic_release", "BOOLEAN", written("exports.row_is_synthetic"))
"""The last column of every CSV file: a text file has no other place to say what it is and keep it when renamed."""


def write_parquet(connection: duckdb.DuckDBPyConnection, facts: Facts, folder: Path, unchanged: Unchanged) -> None:
    """One file per table, its descriptions in the file's key-value metadata; not its release: the same table gives the
    same file in each."""
    folder.mkdir()
    for table in facts.tables:
        path = folder / f"{table.name}.parquet"
        if unchanged.link(table.name, path):
            continue
        said = {
            "title_zh": facts.title[0],
            "title_en": facts.title[1],
            "description": table.description,
            "columns": json.dumps({column.name: column.description for column in table.columns}, ensure_ascii=False),
            "is_synthetic": str(facts.is_synthetic).lower(),
            "licence": " / ".join(facts.licence.title),
        }
        metadata = ", ".join(f"{name}: {literal(text)}" for name, text in said.items())
        connection.execute(
            f"copy {identifier(table.name)} to {literal(path)} "
            f"(format parquet, compression zstd, kv_metadata {{{metadata}}})"
        )


def write_csv(connection: duckdb.DuckDBPyConnection, facts: Facts, folder: Path, unchanged: Unchanged) -> None:
    """One file per table: UTF-8 with BOM (Excel needs it), no cell of text that a spreadsheet would run, lists as
    JSON, the mark of a synthetic release last."""
    folder.mkdir()
    for table in facts.tables:
        if unchanged.link(table.name, csv_path(folder, table)):
            continue
        copy_csv(connection, table.columns, identifier(table.name), facts.is_synthetic, csv_path(folder, table))


def copy_csv(
    connection: duckdb.DuckDBPyConnection, columns: Sequence[Column], rows: str, is_synthetic: bool, path: Path
) -> None:
    """The columns of some rows (SQL: a table, or what follows FROM) as such a file."""
    cells = [f"{_cell(column)} as {_header(column, is_first=column is columns[0])}" for column in columns]
    cells.append(f"{str(is_synthetic).lower()} as {MARK.name}")
    connection.execute(
        f"copy (select {', '.join(cells)} from {rows}) to {literal(path)} "
        "(format csv, header, timestampformat '%Y-%m-%dT%H:%M:%S')"
    )


def csv_path(folder: Path, table: Table) -> Path:
    """Where a table's CSV file stands."""
    return folder / f"{table.name}.csv"


def _header(column: Column, *, is_first: bool) -> str:
    """The column's name; the first bears the file's byte order mark, which COPY cannot write."""
    return identifier(("\ufeff" if is_first else "") + column.name)


def _cell(column: Column) -> str:
    name = identifier(column.name)
    if column.type.endswith("[]"):
        return f"to_json({name})"
    if column.type == "VARCHAR":
        return guarded_sql(name)
    return name
