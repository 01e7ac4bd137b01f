"""The memory limit of a database; a module of its own, so that reading it needs no DuckDB."""

from __future__ import annotations

import os

DEFAULT = "2.75 GiB"
"""One process at a time works a database hard, so that all of them together stay below 4 GiB with a full month of the
province (docs/scale.md)."""


def memory_limit() -> str:
    """The memory limit for DuckDB: HRSS_MEMORY of the environment, else the default. More than that is spilled
    to disk."""
    return os.environ.get("HRSS_MEMORY") or DEFAULT
