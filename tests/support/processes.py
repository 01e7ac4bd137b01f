"""Processes of their own that begin where what is slow to import is imported already: forked from one that has loaded
dbt, Dagster, Great Expectations and the command line, and nothing of a home."""

from __future__ import annotations

import multiprocessing

PRELOADED = [
    "tests.support.fault_injection",
    "tests.support.commands",
    "dbt.cli.main",
    "dbt.adapters.duckdb",
    "dagster",
    "dagster_dbt",
    "expectations.engine",
    "orchestration.cli.main",
    "orchestration.defs.gates",
    "orchestration.defs.resources",
    "orchestration.pipeline.stages",
    "orchestration.refresh",
    "raw_landing.land",
    "pandas",  # imported by DuckDB when a value is bound
    "tests.support.frozen",
]
PROCESSES = multiprocessing.get_context("forkserver")
PROCESSES.set_forkserver_preload(PRELOADED)
