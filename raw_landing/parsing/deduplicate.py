"""Resolves rows of one key (load, repeat, contradict) and refuses rows set aside by hand, in the table that
`record_sql.validation_query` makes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb

from raw_landing.contract import Contract
from raw_landing.database import literal
from raw_landing.parsing.cell_sql import value
from raw_landing.parsing.decode import BREAK

SET_ASIDE = "set_aside"
"""The reason of a row that was set aside by hand."""


def resolve_duplicate_keys(
    db: duckdb.DuckDBPyConnection, table: str, records: str, contract: Contract, split: str
) -> None:
    """Of rows equal in all values one loads and the others are repeated; of rows of one key that differ none loads. A
    key whose parts are all empty is not compared.

    `records` (d, n, line, fields) is a relation, `split` the expression for the fields of its lines.
    """
    keys = ", ".join(value(key) for key in contract.key)
    columns = ", ".join(value(column.name) for column in contract.columns)
    twice = f"SELECT d, {keys} FROM {table} WHERE row_status = 'loaded' GROUP BY ALL HAVING count(*) > 1"
    if db.execute(f"SELECT 1 FROM ({twice}) LIMIT 1").fetchone() is None:
        return
    odd = f"{table}_odd"
    as_text = ", ".join(f"CAST({value(key)} AS VARCHAR)" for key in contract.key)
    same = " AND ".join(f"one.{key} IS NOT DISTINCT FROM other.{key}" for key in ("d", *map(value, contract.key)))
    db.execute(
        f"CREATE TEMP TABLE {odd} AS SELECT d, n, versions > 1 AS differs FROM ("
        "  SELECT d, n, place,"
        f"    count(*) FILTER (place = 1 AND coalesce({as_text}) IS NOT NULL) OVER (PARTITION BY d, {keys}) AS versions"
        "  FROM ("
        f"    SELECT d, n, {keys}, row_number() OVER (PARTITION BY d, {columns} ORDER BY n) AS place"
        f"    FROM {table} AS one SEMI JOIN ({twice}) AS other ON {same} WHERE row_status = 'loaded'))"
        " WHERE versions > 1 OR place > 1"
    )
    db.execute(
        f"UPDATE {table} SET row_status = 'repeated' FROM {odd} AS odd"
        f" WHERE {table}.d = odd.d AND {table}.n = odd.n AND NOT odd.differs"
    )
    db.execute(
        f"UPDATE {table} SET row_status = 'refused', faults = ['conflicting_key:'],"
        f" original = replace(odd.line, {literal(BREAK)}, chr(10)), fields = odd.f"
        f" FROM (SELECT d, n, line, {split} AS f FROM {odd} JOIN {records} USING (d, n) WHERE differs) AS odd"
        f" WHERE {table}.d = odd.d AND {table}.n = odd.n"
    )
    db.execute(f"DROP TABLE {odd}")


def set_rows_aside(
    db: duckdb.DuckDBPyConnection, table: str, records: str, lines: Mapping[int, Sequence[int]], split: str
) -> None:
    """Refuse the rows set aside by hand: by dump, the `lines` on which they begin. Rows that are refused already keep
    their reasons, and rows that repeat one of these stay repeated."""
    listed = ", ".join(f"({dump}, {line})" for dump, of_dump in lines.items() for line in of_dump)
    if listed:
        db.execute(
            f"UPDATE {table} SET row_status = 'refused', faults = ['{SET_ASIDE}:'],"
            f" original = replace(aside.line, {literal(BREAK)}, chr(10)), fields = aside.f"
            f" FROM (SELECT d, n, line, {split} AS f FROM {records} WHERE (d, n) IN (VALUES {listed})) AS aside"
            f" WHERE {table}.d = aside.d AND {table}.n = aside.n AND row_status = 'loaded'"
        )
