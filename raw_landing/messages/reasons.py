"""The reasons for which a dump or a row is refused, and a problem as data: code, sentences, lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

DumpReason = Literal[
    "unidentified",
    "missing_column",
    "ambiguous_column",
    "ambiguous_sheet",
    "undecodable",
    "manifest_mismatch",
    "no_rows",
    "too_many_refused",
    "unit_contradiction",
    "lines_unaccounted",
    "hostile",
    "future_period",
    "period_too_early",
    "fraction_out_of_range",
]
RowReason = Literal[
    "missing_required",
    "bad_type",
    "unknown_code",
    "out_of_range",
    "unknown_region",
    "foreign_region",
    "out_of_period",
    "damaged_id",
    "field_count",
    "conflicting_key",
]


@dataclass(frozen=True)
class Problem:
    """One thing to mend: reason code, a sentence in each language, the physical lines (the first few of `count`), the
    remedy, and a cell as an example (for the sender only; masked where it is personal)."""

    code: str
    zh: str
    en: str
    lines: tuple[int, ...] = ()
    count: int = 1
    remedy_zh: str = ""
    remedy_en: str = ""
    example: str | None = None


class Unidentified(ValueError):
    """Extract, period, unit and revision of a dump cannot be told."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(" ".join(problem.en for problem in problems))
        self.problems = problems
