"""Sentences on a dump's status among the others, and on files that are not opened."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from raw_landing.messages.reasons import Problem
from raw_landing.messages.text import problem
from raw_landing.text import say

_WUHAN = timezone(timedelta(hours=8))
_ARCHIVES = (".zip", ".rar", ".7z")


def link_problem() -> Problem:
    """A link that leads out of the inbox is not followed."""
    return problem("link", code="hostile")


def special_file_problem() -> Problem:
    """A pipe or device is not opened."""
    return problem("special_file", code="hostile")


def unreadable_problem() -> Problem:
    """The user of the nightly job may not read the file."""
    return problem("unreadable_file", code="hostile")


def unparsable_problem() -> Problem:
    """Reading the file ended in an error of ours."""
    return problem("unparsable_file", code="hostile")


def other_format_problem(suffix: str) -> Problem:
    """Why a spreadsheet or archive with this suffix is not read. It gets no receipt, so the code is none of those."""
    if suffix in _ARCHIVES:
        return problem("other_archive", code="other_format", suffix=suffix)
    return problem("other_spreadsheet", code="other_format", suffix=suffix)


def status_message(
    zh: str,
    en: str,
    status: str,
    *,
    superseding_dump: str | None,
    superseding_withdrawn: bool,
    same_revision: bool,
    withdrawal: tuple[datetime, str] | None,
) -> tuple[str, str]:
    """What the receipt says, in Chinese and in English, given what was said when the dump was read and what became of
    it since.

    `superseding_dump`: the path, as it may be published, of a duplicate's original or of what replaced a superseded
    dump; `withdrawal`: when and why. By whom is not said, since the message is published.
    """
    if withdrawal is not None:
        at, reason = withdrawal
        return say("withdrawn", day=at.astimezone(_WUHAN).date(), reason=reason)
    if status == "duplicate" and superseding_withdrawn:
        return say("duplicate_of_withdrawn", dump=superseding_dump)
    if status == "duplicate":
        return say("duplicate", dump=superseding_dump)
    if status == "superseded":
        more = (
            say("same_revision", dump=superseding_dump) if same_revision else say("superseded", dump=superseding_dump)
        )
        return f"{zh} {more[0]}".strip(), f"{en} {more[1]}".strip()
    return zh, en
