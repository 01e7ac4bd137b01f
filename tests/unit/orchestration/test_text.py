"""Sentences for people: each that the code names stands in a catalogue in both languages, each there is used, and its
values are those that the code gives."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from orchestration.text import CHINESE, ENGLISH, catalogue, inline, pair, split, two_lines, words, written

PACKAGE = Path(__file__).parents[3] / "orchestration"
AREAS = sorted(path.stem for path in (PACKAGE / "text").glob("*.yml"))
TEMPLATES = PACKAGE / "rendering" / "templates"
SAYING = {"pair", "two_lines", "inline", "written", "words"}
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


def entries() -> dict[str, dict[str, Any]]:
    return {f"{area}.{name}": entry for area in AREAS for name, entry in catalogue(area).items()}


def sentences() -> dict[str, dict[str, str]]:
    """Those of the groups too."""
    found = {}
    for name, entry in entries().items():
        if set(entry) == {"zh", "en"}:
            found[name] = entry
        else:
            found |= {f"{name}.{ident}": word for ident, word in entry.items()}
    return found


def fields(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def test_every_sentence_that_is_named_exists_and_every_one_is_used() -> None:
    assert {name for name, _ in uses()} == set(entries())


def test_an_id_names_the_situation_in_few_words() -> None:
    long = [name for name in entries() if not re.fullmatch(r"[a-z]+\.[a-z]+(_[a-z]+){0,4}", name)]
    assert not long


def test_every_sentence_is_in_both_languages() -> None:
    for name, sentence in sentences().items():
        assert set(sentence) == {"zh", "en"}, name
        only_values = not re.search(r"\w", re.sub(r"\{\w+\}", "", sentence["zh"]))
        assert HAN.search(sentence["zh"]) or only_values, name
        assert sentence["en"].strip() and not HAN.search(sentence["en"]), name
        assert " / " not in sentence["zh"], f"{name}: both languages stand in one"


def test_the_values_are_those_that_the_code_gives() -> None:
    known = sentences()
    for name, given in uses():
        if name in known:  # a group has none
            assert fields(known[name]["zh"]) | fields(known[name]["en"]) == given, name
        else:
            assert not given, name


def test_a_sentence_is_said_in_three_ways() -> None:
    zh, en = pair("run.nothing_published")
    assert (zh, en) == ("尚无发布版", "nothing is published yet")
    assert two_lines("run.nothing_published") == f"{zh}\n{en}"
    assert inline("run.nothing_published") == f"{zh} / {en}"
    with pytest.raises(KeyError):
        pair("run.no_such_sentence")


def test_a_group_of_words_is_told_in_both_languages_or_in_one() -> None:
    assert words("labels.maturity")["final"] == ("终数", "Final")
    assert list(words("labels.status"))[:2] == ["met", "on_track"]
    maturity = words("labels.maturity")
    assert (CHINESE.of(maturity["final"]), ENGLISH.of(maturity["final"])) == ("终数", "Final")
    assert (CHINESE.each(maturity).final, ENGLISH.each(maturity).final) == ("终数", "Final")


def test_every_word_of_a_page_stands_in_a_template_or_in_its_code() -> None:
    templates = "".join(path.read_text("utf-8") for path in TEMPLATES.iterdir())
    code = [PACKAGE / "attribution" / "report.py", PACKAGE / "dictionary" / "generate.py"]
    used = set(re.findall(r"\b(?:words|named)\.(\w+)", templates)) - {"length", "every"}  # which are of a script
    used |= {name for path in code for name in re.findall(r"""(?:WORDS|NAMED)\[['"](\w+)""", path.read_text("utf-8"))}
    pages = ("check", "dictionary", "difference", "quality", "receipts")
    assert {ident for page in pages for ident in words(f"pages.{page}")} == used


def test_descriptions_are_split_by_language() -> None:
    assert split("值/数 / Value / figure") == ("值/数", "Value / figure")
    assert split("only") == ("only", "only")


@pytest.mark.parametrize(
    ("shell", "is_english"),
    [
        ({}, False),
        ({"LANG": "en_US.UTF-8"}, True),
        ({"LANG": "zh_CN.UTF-8"}, False),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "en_GB"}, True),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "de_DE", "LC_ALL": "zh_TW.Big5"}, False),
        ({"LANG": "en_US.UTF-8", "LC_ALL": ""}, True),
        ({"LANG": "C.UTF-8"}, False),
        ({"LC_ALL": "POSIX", "LANG": "en_US.UTF-8"}, False),
    ],
)
def test_the_shells_language_comes_first(
    shell: dict[str, str], is_english: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(variable, raising=False)
    for variable, value in shell.items():
        monkeypatch.setenv(variable, value)
    zh, en = pair("run.nothing_published")
    expected = [en, zh] if is_english else [zh, en]
    assert two_lines("run.nothing_published").split("\n") == inline("run.nothing_published").split(" / ") == expected
    assert written("run.nothing_published") == f"{zh} / {en}", "what is kept is the same everywhere"
