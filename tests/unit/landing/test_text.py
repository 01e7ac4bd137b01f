"""The catalogue of sentences: every id that the program names is there, every one there is named, in both languages."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

import raw_landing
from raw_landing.errors import _TROUBLES, LandingError
from raw_landing.messages.reasons import RowReason
from raw_landing.messages.text import problem
from raw_landing.text import say, texts

PACKAGE = Path(raw_landing.__file__).parent
NAMING = {"say", "problem", "hostile", "undecodable", "damaged", "source_problem", "_manifest_problem"}
TROUBLES = {"LandingError", *(kind.__name__ for kind in LandingError.__subclasses__())}
OF_SQLITE = ("ledger_locked", "ledger_unreadable", "system_error")
CHINESE = re.compile(r"[\u4e00-\u9fff]")


def named() -> Iterator[str]:
    """The ids in the code as patterns: of an f-string any text stands for what is filled in."""
    yield re.escape("xlsx_damaged")  # a default
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and path.name != "errors.py":
                function = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if function in NAMING:
                    remedy = [one.value for one in node.keywords if one.arg == "remedy"]
                    ids = [pattern for one in (node.args[0], *remedy) if (pattern := pattern_of(one))]
                    yield from ids if function != "problem" else problem_ids(ids)
                elif function in TROUBLES:
                    yield from troubles(node.args[1])
    yield from (one for trouble in _TROUBLES.values() for one in troubles(ast.Constant(trouble)))
    yield from (one for of_sqlite in OF_SQLITE for one in troubles(ast.Constant(of_sqlite)))


def troubles(node: ast.expr) -> Iterator[str]:
    """The sentences of a trouble, or of either of two."""
    for one in (node.body, node.orelse) if isinstance(node, ast.IfExp) else (node,):
        yield from (rf"trouble\.{pattern_of(one)}", rf"trouble\.{pattern_of(one)}\.remedy")


def problem_ids(ids: list[str]) -> Iterator[str]:
    """The sentence and its remedy, which may be another's."""
    yield from ids[:1]
    yield from (rf"{one}\.remedy" for one in ids[-1:])


def pattern_of(node: ast.expr) -> str | None:
    if isinstance(node, ast.Constant):
        return re.escape(str(node.value))
    if isinstance(node, ast.JoinedStr):
        return "".join(re.escape(str(one.value)) if isinstance(one, ast.Constant) else ".+" for one in node.values)
    return None


def test_every_id_that_is_named_is_there() -> None:
    assert [one for one in named() if not any(re.fullmatch(one, known) for known in texts())] == []


def test_every_id_that_is_there_is_named() -> None:
    patterns = set(named())
    assert [known for known in texts() if not any(re.fullmatch(one, known) for one in patterns)] == []


def test_every_reason_of_a_row_has_its_words() -> None:
    for reason in (*get_args(RowReason), "set_aside"):
        assert {f"row.{reason}", f"row.{reason}.remedy"} <= texts().keys()


@pytest.mark.parametrize("identifier", texts())
def test_every_sentence_is_there_in_both_languages(identifier: str) -> None:
    sentence = texts()[identifier]
    assert set(sentence) == {"zh", "en"}
    assert all(isinstance(one, str) and one for one in sentence.values())
    fields = [field for one in sentence.values() for _, field, _, _ in string.Formatter().parse(one) if field]
    assert all(field.isidentifier() for field in fields)
    only_values = not re.sub(r"\{\w+\}|[^\w]", "", sentence["zh"])
    assert only_values or CHINESE.search(sentence["zh"])
    assert identifier == "type.boolean" or not CHINESE.search(sentence["en"])


def test_a_sentence_is_filled_in_and_its_remedy_too() -> None:
    assert say("duplicate", dump="a{b}.csv")[1] == "Same content as a{b}.csv; not counted twice, nothing to do."
    found = problem("link", code="hostile")
    assert (found.code, found.remedy_en) == ("hostile", "Deliver the file itself.")


def test_what_stops_a_landing_is_told_with_its_remedy_in_both_languages() -> None:
    told = str(LandingError("/home", "row_not_set_aside", lines="3, 4"))
    assert told.splitlines() == [
        "/home: 第 3, 4 行没有移入隔离区;hrss quarantine list 列出已移入的行",
        "/home: line 3, 4 is not set aside; hrss quarantine list shows the rows that are",
    ]
