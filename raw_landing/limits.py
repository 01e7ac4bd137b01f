"""How much memory a database may take. A module of its own, so that whoever only tells of it need not import DuckDB."""

from __future__ import annotations

import os

DEFAULT = "3.0 GiB"
"""As DuckDB writes it. One process at a time works a database hard, so that all of them together stay below 6 GiB
(docs/scale.md)."""


def memory_limit() -> str:
    """What DuckDB is told: HRSS_MEMORY of the environment, else the default. What does not fit is put down on disk."""
    return os.environ.get("HRSS_MEMORY") or DEFAULT
