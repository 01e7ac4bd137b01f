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

_CALLS = ("execute", "executemany", "sql", "query", "fetchall", "fetchone", "fetchmany", "commit", "close")
_CALLS += ("write_parquet", "write_csv", "create", "insert_into")
_file = Path(os.environ["HRSS_WATCH"], str(os.getpid())).open("a", buffering=1 << 16)  # noqa: SIM115 - until the process ends


def _watched(call: Any) -> Any:
    @functools.wraps(call)
    def watched(*arguments: Any, **options: Any) -> Any:
        begin = time.monotonic()
        try:
            return call(*arguments, **options)
        finally:
            _file.write(f"{begin} {time.monotonic()}\n")

    return watched


for _kind in (duckdb.DuckDBPyConnection, duckdb.DuckDBPyRelation):
    for _name in _CALLS:
        if hasattr(_kind, _name):
            setattr(_kind, _name, _watched(getattr(_kind, _name)))
duckdb.connect = _watched(duckdb.connect)
