"""Lists of texts as SQL."""

from __future__ import annotations

from collections.abc import Iterable

from raw_landing.database import literal


def sql_list(values: Iterable[str]) -> str:
    """Texts as the inside of an SQL list."""
    return ", ".join(literal(value) for value in values)
