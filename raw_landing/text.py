"""Sentences for people in Chinese and in English, by the ids of messages/text.yml. Imports nothing of ours."""

from __future__ import annotations

from functools import cache
from pathlib import Path

CATALOGUE = Path(__file__).parent / "messages" / "text.yml"


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
