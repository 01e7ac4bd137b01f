"""What a cell of a CSV file may be: no text that a spreadsheet would run as a formula, no sign that moves a cursor or
turns a line around. One rule, for files that are written in SQL and for rows that pass through Python."""

from __future__ import annotations

import json
import re
from typing import Any

from raw_landing.database import literal

_BLANKS = " \t\r\n\u00a0\u3000\u200b\ufeff"
FORMULA = f"^(?:[\t\r\n]|[{_BLANKS}]*[=+\\-@＝＋－＠])"
"""What a spreadsheet would take for a formula at the beginning of a cell."""

CONTROL = "[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]"
"""Control characters but tab and line ends, and those that change the direction of writing."""

_INSTEAD = "\ufffd"
_FORMULA, _CONTROL = re.compile(FORMULA), re.compile(CONTROL)


def guarded_sql(text: str) -> str:
    """SQL: a text as a cell may hold it."""
    plain = f"regexp_replace({text}, {literal(CONTROL)}, {literal(_INSTEAD)}, 'g')"
    return f"case when regexp_matches({text}, {literal(FORMULA)}) then '''' else '' end || {plain}"


def guarded(value: Any) -> Any:
    """A value of a row as a cell may hold it; what is no text and no list stays as it is."""
    if isinstance(value, list | dict):
        value = json.dumps(value, ensure_ascii=False, default=str)
    if not isinstance(value, str):
        return value
    return ("'" if _FORMULA.search(value) else "") + _CONTROL.sub(_INSTEAD, value)
