"""Turns an agency's dump into typed rows: identify, decode, clean, validate, store. `read_dump` reads a single file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from raw_landing.parsing.reader import read_dump
    from raw_landing.parsing.types import ParsedDump

__all__ = ["ParsedDump", "read_dump"]


def __getattr__(name: str) -> Any:
    """Import DuckDB, pydantic and YAML on first use only: looking at the inbox must stay cheap."""
    if name in __all__:
        from raw_landing.parsing import reader as reading

        return getattr(reading, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
