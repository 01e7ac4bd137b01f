"""Runbooks: one for each message that is sent, in both languages, none left over; what they name exists."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from orchestration.cli.main import app
from orchestration.settings import PROJECT, Settings
from orchestration.text import catalogue

RUNBOOKS = {
    "zh": (PROJECT / "docs" / "runbooks.zh-CN.md", ("含义", "查看", "处理")),
    "en": (PROJECT / "docs" / "runbooks.md", ("What it means", "What to look at", "What to do")),
}


def sections(file: Path) -> dict[str, str]:
    """By id, in the page's order."""
    _, *found = re.split(r"^## (.+)$", file.read_text(encoding="utf-8"), flags=re.M)
    return dict(zip(found[::2], found[1::2], strict=True))


@pytest.mark.parametrize("language", RUNBOOKS)
def test_every_message_has_its_runbook_and_no_runbook_is_left_over(language: str) -> None:
    file, parts = RUNBOOKS[language]
    found = sections(file)
    assert set(found) == set(catalogue("alerts")["titles"])
    for ident, text in found.items():
        told = re.findall(r"^\*\*(.+?)[.。]\*\* (.+)", text, flags=re.M)
        assert [part for part, _ in told] == list(parts), ident
        assert all(len(said) > 20 for _, said in told), ident


def test_both_languages_name_the_same_things_in_the_same_order() -> None:
    pages = {language: sections(file) for language, (file, _) in RUNBOOKS.items()}
    assert list(pages["zh"]) == list(pages["en"])
    for ident, text in pages["en"].items():
        assert named(text) == named(pages["zh"][ident]), ident


def named(text: str) -> set[str]:
    """The commands and settings that a text names, without what is to be filled in."""
    return {re.sub(r" ?[\"“].*", "", one).replace("……", "…") for one in re.findall(r"`((?:hrss |HRSS_)[^`]+)`", text)}


def commands(command: Any, path: str = "") -> Iterator[tuple[str, set[str]]]:
    """Every command line with its options."""
    yield path, {option for param in command.params for option in param.opts}
    for name, below in getattr(command, "commands", {}).items():
        yield from commands(below, f"{path} {name}".strip())


@pytest.mark.parametrize("language", RUNBOOKS)
def test_commands_and_settings_that_are_named_exist(language: str) -> None:
    known = dict(commands(typer.main.get_command(app)))
    settings = {f"HRSS_{name}".upper() for name in Settings.model_fields}
    all_named = named(RUNBOOKS[language][0].read_text(encoding="utf-8"))
    assert len(all_named) > 20
    for one in all_named:
        if one.startswith("HRSS_"):
            assert one in settings, one
            continue
        words = one.removeprefix("hrss ").split()
        command = next(" ".join(words[:size]) for size in (2, 1) if " ".join(words[:size]) in known)
        assert {word for word in words if word.startswith("--")} <= known[command], one


OF_COMMANDS = {
    *("WrongUsage", "UnknownDump", "QueryFailed", "ReleaseTooOld", "WarehouseDiffers", "RollbackRefused", "NotServed"),
    *("AddressesUnsafe", "UnknownScenarioError", "UnknownScaleError", "ApprovalRefused"),
}
"""Failures that a person who typed a command is told at once, with what to do."""

TOLD_OTHERWISE = {"UserError", "LandingError", "GateRefused", "Busy"}
"""What others are kinds of; what has a section of its own; what leaves the record of the other run alone."""


def failures() -> set[str]:
    """Every failure that is made to be read, but for those of rooms that no run enters."""
    classes = {
        node.name: {base.id for base in node.bases if isinstance(base, ast.Name)}
        for package in ("orchestration", "raw_landing")
        for path in (PROJECT / package).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef) and path.parent.name not in ("operations", "cli")
    }
    found = {"UserError"}
    while more := {name for name, bases in classes.items() if bases & found} - found:
        found |= more
    return found


@pytest.mark.parametrize("language", RUNBOOKS)
def test_what_can_fail_a_run_is_explained(language: str) -> None:
    explained = re.findall(r"^\| `(\w+)` \|", sections(RUNBOOKS[language][0])["run_failed"], flags=re.M)
    assert set(explained) == failures() - OF_COMMANDS - TOLD_OTHERWISE | {"OSError"}
    assert len(explained) == len(set(explained))
