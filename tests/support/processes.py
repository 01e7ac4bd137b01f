"""Processes of their own that begin where what is slow to import is imported already."""

from __future__ import annotations

import multiprocessing

PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(
    ["tests.support.fault_injection", "dbt.cli.main", "dbt.adapters.duckdb", "pandas"]
)  # the last is imported by DuckDB when a value is bound
