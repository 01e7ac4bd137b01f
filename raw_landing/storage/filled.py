"""Counts the filled cells of each optional column of every active dump (quality.filled_cell), once when a dump is new;
of large files from Parquet's statistics."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

import duckdb

from raw_landing.contract import Contract
from raw_landing.database import identifier, literal
from raw_landing.storage.small_files import RowFile, one_file

TABLE = "quality.filled_cell"
COLUMNS = {
    "dump_id": "VARCHAR",
    "look": "VARCHAR",
    "extract": "VARCHAR",
    "column_name": "VARCHAR",
    "rows_counted": "BIGINT",
    "cells_filled": "BIGINT",
}


def prepare(connection: duckdb.DuckDBPyConnection, active: Collection[tuple[str, str]]) -> None:
    """Make the table where it is not there, and forget what is not of `active` (dump_id, look)."""
    typed = ", ".join(f"{name} {sql_type}" for name, sql_type in COLUMNS.items())
    connection.execute(f"CREATE TABLE IF NOT EXISTS {TABLE} ({typed})")
    known = set(connection.execute(f"SELECT DISTINCT dump_id, look FROM {TABLE}").fetchall())
    if gone := known - set(active):
        pairs = ", ".join(f"({literal(dump_id)}, {literal(look)})" for dump_id, look in gone)
        connection.execute(f"DELETE FROM {TABLE} WHERE (dump_id, look) IN ({pairs})")


def count(
    connection: duckdb.DuckDBPyConnection,
    contract: Contract,
    files: Sequence[RowFile],
    packed: str | None,
    large: Collection[Path],
) -> None:
    """Count what is new of the dumps of one extract: `files` are their rows, of which those in `large` are read where
    they are and the others stand in the table `packed`. Raises duckdb.Error: a file is gone."""
    columns = [column.name for column in contract.columns if not column.required]
    query = f"SELECT DISTINCT dump_id, look FROM {TABLE} WHERE extract = {literal(contract.extract)}"
    known = set(connection.execute(query).fetchall())
    new = [one for one in files if one.rows and (one.dump_id, one.look) not in known]
    if not columns or not new:
        return
    apart = set(large)
    if small := [one for one in new if one.path not in apart]:
        counts = ", ".join(f"count({identifier(name)})" for name in columns)
        connection.execute(
            f"INSERT INTO {TABLE} SELECT dump_id, look, {literal(contract.extract)}, unnest([{_list(columns)}]),"
            f" count(*), unnest([{counts}]) FROM {packed} AS rows JOIN (VALUES {_pairs(small)}) AS new (dump_id, look)"
            " USING (dump_id) GROUP BY dump_id, look"
        )
    if own := [one for one in new if one.path in apart]:
        paths = ", ".join(one_file(one.path) for one in own)
        named = ", ".join(f"({literal(str(one.path))}, {literal(one.dump_id)}, {literal(one.look)})" for one in own)
        connection.execute(
            f"INSERT INTO {TABLE} SELECT dump_id, look, {literal(contract.extract)}, path_in_schema,"
            " sum(row_group_num_rows), sum(row_group_num_rows - stats_null_count)"
            f" FROM parquet_metadata([{paths}]) JOIN (VALUES {named}) AS new (file_name, dump_id, look)"
            f" USING (file_name) WHERE path_in_schema IN ({_list(columns)}) GROUP BY ALL"
        )


def _list(texts: Collection[str]) -> str:
    return ", ".join(map(literal, texts))


def _pairs(files: Collection[RowFile]) -> str:
    return ", ".join(f"({literal(one.dump_id)}, {literal(one.look)})" for one in files)
