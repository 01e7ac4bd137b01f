"""The tile map of Hubei: where each reporting unit stands among six columns and four rows, roughly as on a map."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

PLACES = {
    "420300": (1, 0), "420600": (2, 0), "421300": (3, 0),
    "429021": (1, 1), "420800": (2, 1), "429006": (3, 1), "420900": (4, 1), "421100": (5, 1),
    "422800": (0, 2), "420500": (1, 2), "429005": (2, 2), "429004": (3, 2), "420100": (4, 2), "420700": (5, 2),
    "421000": (2, 3), "421200": (4, 3), "420200": (5, 3),
}  # fmt: skip
"""Column and row, from 0. Read row by row."""


def placed(region_code: str, **content: Any) -> dict[str, Any]:
    """A tile with its content, at its place."""
    column, row = PLACES[region_code]
    return {"region": region_code, "column": column + 1, "row": row + 1, **content}


def classes(values: Sequence[float], digits: int) -> list[float]:
    """The lower bounds of at most five classes of about equal numbers, as people read them: what has one value is of
    one class."""
    rounded = sorted(round(value, digits) for value in values)
    if not rounded:
        return []
    picked = {rounded[round(at * (len(rounded) - 1) / 5)] for at in range(5)}
    return sorted(picked)


def class_of(value: float, bounds: Sequence[float], digits: int) -> int:
    """Which class a value is of, from 1, spread over the five shades."""
    at = max((number for number, bound in enumerate(bounds) if round(value, digits) >= bound), default=0)
    return 1 + round(at * 4 / max(len(bounds) - 1, 1)) if len(bounds) > 1 else 3
