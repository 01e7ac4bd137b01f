"""Sentences for people: each that the code names stands in a catalogue in both languages, each there is used, and its
values are those that the code gives."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from string import Formatter

import pytest

from orchestration.text import catalogue, inline, pair, two_lines

PACKAGE = Path(__file__).parents[3] / "orchestration"
AREAS = sorted(path.stem for path in (PACKAGE / "text").glob("*.yml"))
SAYING = {"pair", "two_lines", "inline"}
HAN = re.compile(r"[\u4e00-\u9fff]")


def uses() -> list[tuple[str, frozenset[str]]]:
    """Every sentence that the code names, with the names of the values it gives."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if path.parent.name == "text" or "orchestration.text" not in {
            node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)
        }:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SAYING:
                name = node.args[0]
                assert isinstance(name, ast.Constant), f"{path}:{node.lineno}: the id is no literal"
                found.append((str(name.value), frozenset(str(one.arg) for one in node.keywords)))
    return found


def sentences() -> dict[str, dict[str, str]]:
    return {f"{area}.{name}": sentence for area in AREAS for name, sentence in catalogue(area).items()}


def fields(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def test_every_sentence_that_is_named_exists_and_every_one_is_used() -> None:
    assert {name for name, _ in uses()} == set(sentences())


def test_an_id_names_the_situation_in_few_words() -> None:
    long = [name for name in sentences() if not re.fullmatch(r"[a-z]+\.[a-z]+(_[a-z]+){0,4}", name)]
    assert not long


def test_every_sentence_is_in_both_languages() -> None:
    for name, sentence in sentences().items():
        assert set(sentence) == {"zh", "en"}, name
        assert HAN.search(sentence["zh"]) and sentence["en"].strip() and not HAN.search(sentence["en"]), name
        assert " / " not in sentence["zh"], f"{name}: both languages stand in one"


def test_the_values_are_those_that_the_code_gives() -> None:
    known = sentences()
    for name, given in uses():
        assert fields(known[name]["zh"]) | fields(known[name]["en"]) == given, name


def test_a_sentence_is_said_in_three_ways() -> None:
    zh, en = pair("run.nothing_published")
    assert (zh, en) == ("尚无发布版", "nothing is published yet")
    assert two_lines("run.nothing_published") == f"{zh}\n{en}"
    assert inline("run.nothing_published") == f"{zh} / {en}"
    with pytest.raises(KeyError):
        pair("run.no_such_sentence")
