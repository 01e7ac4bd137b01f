"""The one way to open DuckDB. No table names, no queries."""

from __future__ import annotations

from pathlib import Path

import duckdb


def connect(path: Path | str = ":memory:", *, read_only: bool = False) -> duckdb.DuckDBPyConnection:
    """Open a database for this closed, ordinary machine: nothing is downloaded, days are those of Wuhan,
    what does not fit in memory goes to a folder beside the database."""
    connection = duckdb.connect(
        str(path),
        read_only=read_only,
        config={
            "autoinstall_known_extensions": False,
            "autoload_known_extensions": False,
            "preserve_insertion_order": False,
        },
    )
    connection.execute("set TimeZone = 'Asia/Shanghai'")
    return connection
