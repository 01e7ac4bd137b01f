"""Why somebody did what the machine would not have done by itself: the reason, fit to be published, and who gave it."""

from __future__ import annotations

from expectations.redaction import holds_personal_number
from expectations.suites.privacy import people_called, words_of
from orchestration.gate.vocabulary import published_words
from orchestration.settings import Settings
from orchestration.text import inline
from raw_landing.contract import load_contracts
from raw_landing.database import connect

LONGEST, LONGEST_NAME = 300, 60


class InvalidReason(ValueError):
    """The reason given cannot be published."""


def validate_reason(settings: Settings, reason: str) -> str:
    """The reason on one line. Raises InvalidReason where it is empty, too long, or holds a person's number or the name
    of a person in landed data: with one, no release could be published any more."""
    reason = " ".join("".join(one if one.isprintable() else " " for one in reason).split())
    if not reason:
        raise InvalidReason(inline("gate.reason_missing"))
    if len(reason) > LONGEST:
        raise InvalidReason(inline("gate.reason_too_long", longest=LONGEST))
    if holds_personal_number(reason) or _names_somebody(settings, reason):
        raise InvalidReason(inline("gate.reason_names_person"))
    return reason


def validate_name(by: str) -> str:
    """The name of the person who decides, on one line. Raises InvalidReason where it is empty, too long or a number."""
    by = " ".join("".join(one if one.isprintable() else " " for one in by).split())
    if not by or len(by) > LONGEST_NAME or holds_personal_number(by):
        raise InvalidReason(inline("gate.name_unusable", longest=LONGEST_NAME))
    return by


def _names_somebody(settings: Settings, text: str) -> bool:
    words = sorted(words_of(text) - published_words())
    if not words or not settings.warehouse.is_file():
        return False
    connection = connect(settings.warehouse, read_only=True)
    try:
        return bool(connection.execute(people_called(words, load_contracts().values())).fetchone())
    finally:
        connection.close()
