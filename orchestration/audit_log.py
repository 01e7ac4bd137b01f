"""The audit log of a home: who did what, one event a line, each line chained to the one before it by its SHA-256, so
that a changed or removed line is noticed. Lines are only ever added. It holds no data of persons."""

from __future__ import annotations

import fcntl
import hashlib
import json
import logging
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from typing import Any

from orchestration.files import read_json
from orchestration.home_access import login_name, make_home
from orchestration.settings import WUHAN, Settings
from raw_landing.storage.store import sync

log = logging.getLogger("hrss")

NONE_BEFORE = "0" * 64
"""What stands for the hash of the line before the first."""
TORN = "line_torn"
"""The event that closes a line whose writer died within it."""


@dataclass(frozen=True)
class AuditVerdict:
    """What verifying the log found. Lines are counted from 1, as an editor counts them."""

    lines: int
    torn: int
    """Lines whose writer died within them, each closed by the line after it."""
    broken_at: int | None
    """The first line that does not follow from the one before it."""
    missing: str | None
    """Where the log is said to have had a last line that it does not have: a release, or the run record."""

    @property
    def is_whole(self) -> bool:
        """Whether nothing was changed or removed, as far as the log and what quotes it can tell."""
        return self.broken_at is None and self.missing is None


def audit(settings: Settings, event: str, /, **facts: object) -> None:
    """Add an event in the name of the user of this process. It is on the disk when this returns. Raises OSError."""
    make_home(settings)
    is_new = not settings.audit_log.exists()
    descriptor = os.open(settings.audit_log, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+b") as file:
        fcntl.flock(descriptor, fcntl.LOCK_EX)  # another process would chain its line to the same one
        content = file.read()
        lines = content.removesuffix(b"\n").split(b"\n") if content else []
        added = [] if not content or content.endswith(b"\n") else [b""]
        if torn := len(list(takewhile(lambda line: _parsed(line) is None, reversed(lines)))):
            whole = lines[-torn - 1] if torn < len(lines) else None
            lines.append(_line(lines, TORN, {"lines": torn, "after": _hash(whole)}))
            added.append(lines[-1])
        added.append(_line(lines, event, facts))
        file.write(b"\n".join(added) + b"\n")
        file.flush()
        os.fsync(descriptor)
    if is_new:
        sync(settings.home)
    log.info(event, extra={"facts": facts})


def audit_head(settings: Settings) -> dict[str, Any] | None:
    """The number and hash of the last whole line, for a record elsewhere that shows when lines are cut off; None where
    there is no log. Raises OSError."""
    for line in reversed(_lines(settings)):
        if entry := _parsed(line):
            return {"lines": entry["n"], "sha256": _hash(line)}
    return None


def audit_entries(settings: Settings) -> Iterator[dict[str, Any]]:
    """The events, oldest first; lines that cannot be read are left out. Raises OSError."""
    return filter(None, map(_parsed, _lines(settings)))


def verify_audit(settings: Settings) -> AuditVerdict:
    """Recompute the chain, and look for the last lines that manifests of kept releases and the run record quote. What
    whoever may write as the home's owner has rewritten as a whole, manifests included, it cannot tell. Raises
    OSError."""
    lines = _lines(settings)
    known: dict[int, str] = {}
    previous = whole = NONE_BEFORE
    read = torn = 0  # lines up to the last whole one; those among them that are torn
    for at, line in enumerate(lines):
        entry, before, previous = _parsed(line), previous, _hash(line)
        if entry is None:
            continue
        closes = entry["event"] == TORN and entry["facts"] == {"lines": at - read, "after": whole}
        follows = entry["n"] == len(known) + 1 and entry["previous"] == before
        if not follows or (at > read and not closes):
            break
        whole = known[entry["n"]] = previous
        torn, read = torn + at - read, at + 1
    broken_at = read + 1 if read < len(lines) else None
    quoted = _quoted(settings) if broken_at is None else ()
    missing = next((where for where, head in quoted if known.get(head.get("lines", 0)) != head["sha256"]), None)
    return AuditVerdict(len(lines), torn, broken_at, missing)


def _lines(settings: Settings) -> list[bytes]:
    """Without a last one that is being written or was torn."""
    try:
        return settings.audit_log.read_bytes().split(b"\n")[:-1]
    except FileNotFoundError:
        return []


def _line(before: list[bytes], event: str, facts: dict[str, object]) -> bytes:
    """An event as canonical JSON: keys in order, no blanks, UTF-8."""
    last = next((entry for entry in map(_parsed, reversed(before)) if entry), {"n": 0})
    entry = {
        "n": last["n"] + 1,
        "at": datetime.now(WUHAN).isoformat(timespec="milliseconds"),
        "who": login_name(),
        "event": event,
        "facts": facts,
        "previous": _hash(before[-1] if before else None),
    }
    return json.dumps(entry, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str).encode()


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return None
    shaped = isinstance(entry, dict) and entry.keys() == {"n", "at", "who", "event", "facts", "previous"}
    return entry if shaped and isinstance(entry["n"], int) and isinstance(entry["facts"], dict) else None


def _hash(line: bytes | None) -> str:
    return NONE_BEFORE if line is None else hashlib.sha256(line).hexdigest()


def _quoted(settings: Settings) -> Iterator[tuple[str, dict[str, Any]]]:
    """The heads of the log that stand elsewhere, with the place."""
    for path in (*sorted(settings.releases.glob("*/manifest.json")), settings.run_record):
        head = read_json(path).get("audit")
        if isinstance(head, dict) and "sha256" in head:
            yield (path.parent.name if path != settings.run_record else path.name), head
