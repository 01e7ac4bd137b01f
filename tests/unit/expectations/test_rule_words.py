"""Sentences of the rules: each that the code names stands in a catalogue in both languages, each there is used."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import expectations
from expectations.text import both, catalogue, say

PACKAGE = Path(expectations.__file__).parent
AREAS = sorted(path.stem for path in (PACKAGE / "text").glob("*.yml"))
HAN = re.compile(r"[\u4e00-\u9fff]")


NODES = [node for path in PACKAGE.rglob("*.py") for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))]
TEXTS = {node.value for node in NODES if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def test_every_sentence_that_is_named_exists_and_every_one_is_used() -> None:
    said = [node.args[0] for node in NODES if isinstance(node, ast.Call) and ast.unparse(node.func) in ("say", "both")]
    named = {str(name.value) for name in said if isinstance(name, ast.Constant)}
    known = {f"{area}.{ident}" for area in AREAS if area != "tables" for ident in catalogue(area)}
    assert len(named) > 200 and named <= known <= TEXTS


def test_every_table_that_is_called_something_is_asked() -> None:
    assert set(catalogue("tables")) <= TEXTS


def test_every_sentence_is_in_both_languages() -> None:
    for area in AREAS:
        for ident, sentence in catalogue(area).items():
            assert set(sentence) == {"zh", "en"}, ident
            only_values = not re.search(r"\w", re.sub(r"\{\w+\}", "", sentence["zh"]))
            assert HAN.search(sentence["zh"]) or only_values, ident
            assert sentence["en"].strip() and not HAN.search(sentence["en"]), ident


def test_a_sentence_is_said_with_its_values() -> None:
    zh, en = say("table.one_row_per_key", title_zh="区域", columns_zh="甲、乙", columns_en="a, b")
    assert "区域" in zh and "甲、乙" in zh and en == "one row per key (a, b)"
    assert both("origins.contract") == "数据契约 / data contract"
