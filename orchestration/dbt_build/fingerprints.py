"""What dbt noted of the contents of the tables that it built (macros/incremental/build_state.sql)."""

from __future__ import annotations

import duckdb


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
            AND relation.schema_name IN ('reference', 'staging', 'intermediate', 'marts')
        """
    ).fetchall()
    return dict(rows)
