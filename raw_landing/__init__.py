"""From an agency's dump to typed rows: identify, decode, clean, judge, keep. `read_dump` is the one function that
others need for a single file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from raw_landing.parsing.reader import read_dump
    from raw_landing.parsing.types import ParsedDump

__all__ = ["ParsedDump", "read_dump"]


def __getattr__(name: str) -> Any:
    """Import DuckDB, pydantic and YAML only for whoever reads: looking at the inbox must stay cheap."""
    if name in __all__:
        from raw_landing.parsing import reader as reading

        return getattr(reading, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
