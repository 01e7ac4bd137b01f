"""What people read, in Chinese and English. Code names it by `area.id`; `area.yml` in this folder has it as
`id: {zh, en}` with the places of values in braces, or as a group of words `group: {id: {zh, en}}`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import yaml

from raw_landing.language import in_order

Pair = tuple[str, str]
"""The same in Chinese and in English."""


@cache
def catalogue(area: str) -> dict[str, Any]:
    """The sentences and groups of an area, by id."""
    content: dict[str, Any] = yaml.load(
        Path(__file__).with_name(f"{area}.yml").read_text(encoding="utf-8"),
        getattr(yaml, "CSafeLoader", yaml.SafeLoader),
    )
    return content


def pair(name: str, /, **values: object) -> Pair:
    """A sentence in Chinese and in English, with its values. Raises KeyError for a name or value that is missing."""
    area, _, ident = name.partition(".")
    sentence = catalogue(area)[ident]
    return sentence["zh"].format(**values), sentence["en"].format(**values)


def two_lines(name: str, /, **values: object) -> str:
    """Both, each on its own line, that of the shell's language first."""
    return "\n".join(in_order(*pair(name, **values)))


def inline(name: str, /, **values: object) -> str:
    """Both on one line, likewise."""
    return " / ".join(in_order(*pair(name, **values)))


def written(name: str, /, **values: object) -> str:
    """Both on one line, Chinese first whoever runs this: for what is kept."""
    return " / ".join(pair(name, **values))


@cache
def words(name: str) -> dict[str, Pair]:
    """A group `area.group`, by the ids or codes of its words, in the catalogue's order."""
    area, _, group = name.partition(".")
    return {ident: (one["zh"], one["en"]) for ident, one in catalogue(area)[group].items()}


def split(description: str) -> Pair:
    """The halves of a description «Chinese / English», as dbt's YAML has them; twice the whole where it is one."""
    zh, _, en = description.partition(" / ")
    return zh, en or zh


@dataclass(frozen=True)
class Language:
    """One of the two, for pages and notes that stand in each by itself."""

    position: int  # in a pair
    tag: str  # as HTML names it

    def of(self, both: Pair) -> str:
        """Its half of a pair."""
        return both[self.position]

    def each(self, words: Mapping[str, Pair]) -> SimpleNamespace:
        """A group of words in this language, for a template."""
        return SimpleNamespace(**{ident: self.of(both) for ident, both in words.items()})


LANGUAGES = CHINESE, ENGLISH = Language(0, "zh-CN"), Language(1, "en")
