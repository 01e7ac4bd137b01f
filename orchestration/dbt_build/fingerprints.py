"""Checksums of the contents of relations: of what dbt built as it noted them (macros/incremental/build_state.sql), of
others by their rows."""

from __future__ import annotations

import duckdb

from raw_landing.database import identifier

ROWS = "count(*) || ':' || coalesce(sum(hash(whole_row_)), 0)"
"""SQL: of all rows in any order, of a relation with the alias whole_row_, which no column bears."""


def content_of_rows(connection: duckdb.DuckDBPyConnection, relation: str) -> str:
    """Of a relation with its schema, all of which is read. Raises duckdb.Error."""
    name = ".".join(map(identifier, relation.split(".")))
    return str(connection.execute(f"select {ROWS} from {name} as whole_row_").fetchall()[0][0])


def content_of_tables(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """By table with its schema, a checksum that changes when the table's rows do; empty where dbt has built nothing."""
    noted = "SELECT 1 FROM duckdb_tables() WHERE schema_name = 'build' AND table_name = 'model_state'"
    if not connection.execute(noted).fetchall():
        return {}
    rows = connection.execute(
        """
        SELECT relation.schema_name || '.' || relation.table_name, state.content
        FROM build.model_state AS state
        INNER JOIN duckdb_tables() AS relation
            ON state.node IN ('model.hrss.' || relation.table_name, 'seed.hrss.' || relation.table_name)
        WHERE state.content IS NOT NULL
            AND relation.schema_name IN ('reference', 'staging', 'intermediate', 'restricted', 'marts')
        """
    ).fetchall()
    return dict(rows)
