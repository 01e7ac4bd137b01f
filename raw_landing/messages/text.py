"""Reads the catalogue of sentences (text.yml) and fills them in, in Chinese and in English."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from raw_landing.messages.reasons import Problem

CATALOGUE = Path(__file__).with_name("text.yml")
SHOWN_LINES = 5


@cache
def texts() -> dict[str, dict[str, str]]:
    """The sentences by id and language."""
    import yaml  # looking at the inbox needs none

    found: dict[str, dict[str, str]] = yaml.load(CATALOGUE.read_text(encoding="utf-8"), yaml.CSafeLoader)
    return found


def say(identifier: str, **values: object) -> tuple[str, str]:
    """A sentence in Chinese and in English, filled in with these values."""
    sentence = texts()[identifier]
    return sentence["zh"].format(**values), sentence["en"].format(**values)


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
