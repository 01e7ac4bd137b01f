"""Text as SQL: literals and lists of them."""

from __future__ import annotations

from collections.abc import Iterable


def sql_text(value: str) -> str:
    """A text as SQL literal."""
    return "'" + value.replace("'", "''") + "'"


def sql_list(values: Iterable[str]) -> str:
    """Texts as the inside of an SQL list."""
    return ", ".join(sql_text(value) for value in values)
