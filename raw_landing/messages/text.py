"""Problems of a dump in words, from the catalogue of sentences."""

from __future__ import annotations

from collections.abc import Sequence

from raw_landing.messages.reasons import Problem
from raw_landing.text import say

SHOWN_LINES = 5


def problem(
    identifier: str,
    lines: tuple[int, ...] = (),
    count: int = 1,
    *,
    code: str | None = None,
    remedy: str | None = None,
    **values: object,
) -> Problem:
    """The problem that a sentence states and `<id>.remedy` mends. `code`: its reason, if not the id; `remedy`: the id
    of the remedy, if not its own."""
    zh, en = say(identifier, **values)
    remedy_zh, remedy_en = say(f"{remedy or identifier}.remedy", **values)
    return Problem(code or identifier, zh, en, lines, count, remedy_zh=remedy_zh, remedy_en=remedy_en)


def lines_text(lines: Sequence[int], count: int) -> tuple[str, str]:
    """The first of `count` lines: 第 3、5 行, lines 3, 5."""
    shown = lines[:SHOWN_LINES]
    listed = {"listed_zh": "、".join(map(str, shown)), "listed_en": ", ".join(map(str, shown))}
    if count > len(shown):
        return say("lines_of_many", count=count, **listed)
    return say("line", **listed) if count == 1 else say("lines", **listed)
