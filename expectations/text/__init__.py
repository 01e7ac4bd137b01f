"""What the rules say to people, in Chinese and English. Code names it by `area.id`; `area.yml` in this folder, one for
each module of suites, has it as `id: {zh, en}` with the places of values in braces. Imports nothing of ours."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import yaml


@cache
def catalogue(area: str) -> dict[str, dict[str, str]]:
    """The sentences of an area, by id."""
    content: dict[str, dict[str, str]] = yaml.load(
        Path(__file__).with_name(f"{area}.yml").read_text(encoding="utf-8"),
        getattr(yaml, "CSafeLoader", yaml.SafeLoader),
    )
    return content


def say(name: str, /, **values: object) -> tuple[str, str]:
    """A sentence in Chinese and in English, with its values. Raises KeyError for a name or value that is missing."""
    area, _, ident = name.partition(".")
    sentence = catalogue(area)[ident]
    return sentence["zh"].format(**values), sentence["en"].format(**values)


def both(name: str, /) -> str:
    """Both on one line."""
    return " / ".join(say(name))
