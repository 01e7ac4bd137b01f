"""Put before others on PYTHONPATH, notes when DuckDB is at work: one line, begin and end, for each call that runs a
statement or fetches, in a file of this process in the folder HRSS_WATCH. Both are of the clock that all processes of a
machine share."""

from __future__ import annotations

import functools
import os
import time
from pathlib import Path
from typing import Any

import duckdb

_CALLS = (
    *("execute", "executemany", "sql", "query", "fetchall", "fetchone", "fetchmany", "commit", "close", "__exit__"),
    *("write_parquet", "write_csv", "create", "insert_into"),
)
_notes = os.open(Path(os.environ["HRSS_WATCH"], str(os.getpid())), os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)


def _watched(call: Any) -> Any:
    @functools.wraps(call)
    def watched(*arguments: Any, **options: Any) -> Any:
        begin = time.monotonic()
        try:
            return call(*arguments, **options)
        finally:
            os.write(_notes, f"{begin} {time.monotonic()}\n".encode())  # at once: a process may end without a word

    return watched


for _kind in (duckdb.DuckDBPyConnection, duckdb.DuckDBPyRelation):
    for _name in _CALLS:
        if hasattr(_kind, _name):
            setattr(_kind, _name, _watched(getattr(_kind, _name)))
duckdb.connect = _watched(duckdb.connect)
