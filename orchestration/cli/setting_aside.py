"""`hrss quarantine add` and `take-back`: a row set aside by hand, or let count again, in the name of the user who runs
this. What follows for the dumps is landing's business."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from pathlib import Path

from orchestration.audit_log import audit
from orchestration.gate.acceptance import validate_reason
from orchestration.home_access import login_name
from orchestration.lock import writer_lock
from orchestration.settings import Settings
from orchestration.text import Pair, inline, pair, two_lines
from raw_landing.ledger.records import LOADED, Receipt
from raw_landing.quarantine import set_aside, take_back


def set_rows_aside(settings: Settings, dump_id: str, lines: Collection[int], reason: str) -> str:
    """Set rows of a dump aside; what was done, in both languages. Raises InvalidReason, Busy, LandingError."""
    said = pair("cli.set_aside_done")
    return _decide(settings, dump_id, lines, reason, set_aside, "rows_set_aside", "hrss quarantine add", said)


def take_rows_back(settings: Settings, dump_id: str, lines: Collection[int], reason: str) -> str:
    """Let rows that were set aside count again, likewise."""
    said = pair("cli.taken_back_done")
    return _decide(settings, dump_id, lines, reason, take_back, "rows_taken_back", "hrss quarantine take-back", said)


def _decide(
    settings: Settings,
    dump_id: str,
    lines: Collection[int],
    reason: str,
    decide: Callable[..., list[Receipt]],
    event: str,
    command: str,
    said: Pair,
) -> str:
    zh, en = said
    reason = validate_reason(settings, reason)
    with writer_lock(settings, command):
        put_on_record = partial(audit, settings, event, dump_id=dump_id, lines=sorted(set(lines)), reason=reason)
        changed = decide(settings.home, dump_id, lines, reason=reason, by=login_name(), announce=put_on_record)
    chosen = ", ".join(map(str, sorted(set(lines))))
    told = [two_lines("cli.dump_line", zh_part=zh, dump_id=dump_id, chosen=chosen, en_part=en)]
    told += [
        inline("cli.rows_of_dump", name=_name(one.path), rows_loaded=one.rows_loaded, rows_refused=one.rows_refused)
        for one in changed
        if one.status == LOADED
    ]
    told.append(inline("release.published_next_time"))
    return "\n".join(told)


def _name(path: str) -> str:
    return Path(path).name
