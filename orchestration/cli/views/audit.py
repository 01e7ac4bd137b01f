"""The audit log in words."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from orchestration.audit_log import AuditVerdict
from orchestration.text import two_lines, words
from raw_landing.language import in_order
from raw_landing.messages.problems import printable


def entry_text(entry: Mapping[str, Any]) -> str:
    """An event on one line: when, who, what, and its facts."""
    event = entry["event"]
    said = " / ".join(in_order(*words("audit.events").get(event, (event, event))))
    facts = (f"{name}={_value(value)}" for name, value in entry["facts"].items() if value not in (None, ""))
    return printable(f"{entry['at'][:19]}  {entry['who']}  {said}  [{event}]  {' '.join(facts)}".rstrip())


def verdict_text(verdict: AuditVerdict, head: Mapping[str, Any] | None) -> str:
    """What verifying found, in both languages."""
    if verdict.broken_at is not None:
        return two_lines("audit.broken", line=verdict.broken_at)
    if verdict.missing is not None:
        return two_lines("audit.missing", where=verdict.missing)
    return two_lines("audit.whole", lines=verdict.lines, torn=verdict.torn, sha256=head["sha256"] if head else "–")


def _value(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
