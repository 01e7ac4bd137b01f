"""The keys of the pseudonyms in restricted lists: made once, replaced on demand, former ones kept, so that an old list
can still be joined to a new one. A key never leaves this folder."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.audit_log import audit, audit_entries
from orchestration.gate.acceptance import validate_reason
from orchestration.lock import writer_lock
from orchestration.restricted import FILE_MODE, FOLDER_MODE
from orchestration.settings import Settings
from orchestration.text import two_lines, written
from raw_landing.database import connect, literal
from raw_landing.errors import UserError
from raw_landing.storage.store import sync

ROTATED = "pseudonym_key_rotated"
"""The event of the audit log."""

_BLOCK = 64  # bytes of a block of SHA-256, as HMAC (RFC 2104) pads its key
_MAPPING = """
    create table map.former_pseudonym as {each};
    comment on table map.former_pseudonym is {comment};
    detach map;
"""


class KeyDamaged(UserError):
    """A key's file is not what was written; the message says which and what to do."""


@dataclass(frozen=True)
class PseudonymKey:
    """A key of HMAC-SHA256, 32 bytes."""

    secret: bytes

    @property
    def key_id(self) -> str:
        """What lists call it: of the key's hash, so that it tells nothing of the key."""
        return hashlib.sha256(b"pseudonym key " + self.secret).hexdigest()[:8]

    def sql(self, connection: duckdb.DuckDBPyConnection, number: str) -> str:
        """SQL of this connection: the pseudonym of a number, which is an expression of text. The key stands in
        variables of the connection: errors show excerpts of statements."""
        padded = self.secret.ljust(_BLOCK, b"\0")
        inner, outer = f"inner_{self.key_id}", f"outer_{self.key_id}"
        for name, pad in ((inner, 0x36), (outer, 0x5C)):
            connection.execute(f"set variable {name} = ?", [bytes(byte ^ pad for byte in padded)])
        return f"sha256(getvariable('{outer}') || from_hex(sha256(getvariable('{inner}') || encode({number}))))"


def current_key(settings: Settings) -> PseudonymKey:
    """The key in use, made at first. Raises KeyDamaged, OSError."""
    if settings.pseudonym_key.exists():
        return _read(settings.pseudonym_key)
    return _new(settings)


def rotate_key(settings: Settings, reason: str) -> tuple[PseudonymKey, PseudonymKey]:
    """Replace the key by a new one and keep the old one beside it; lists are written under the new one from the next
    release on. Returns both. Raises InvalidReason, Busy, KeyDamaged, OSError."""
    reason = validate_reason(settings, reason)
    with writer_lock(settings, "hrss doubts rotate-key"):
        settings.pseudonym_key.parent.mkdir(mode=FOLDER_MODE, exist_ok=True)
        old, new = current_key(settings), PseudonymKey(secrets.token_bytes(32))
        _write(_beside(settings, old.key_id), old)
        audit(settings, ROTATED, before=old.key_id, now=new.key_id, reason=reason)
        _write(settings.pseudonym_key, new)
    return old, new


def is_in_use(settings: Settings, file: Path) -> bool:
    """Whether a file, of a backup, holds the key that lists are written under: that of the last rotation on record;
    where there was none, any that was not replaced. Raises OSError."""
    try:
        key_id = _read(file).key_id
    except KeyDamaged:
        return False
    rotations = [entry["facts"].get("now") for entry in audit_entries(settings) if entry["event"] == ROTATED]
    if rotations:
        return bool(key_id == rotations[-1])
    return not _beside(settings, key_id).exists()


def write_mapping(settings: Settings, numbers: str) -> None:
    """For each former key, the pseudonyms of everybody whose number the query `numbers` on the warehouse gives, and
    those of now: a file of its own, since who has a former key could tell people by it in the new list. Nothing where
    there is no former key. Raises KeyDamaged, OSError, duckdb.Error."""
    now, goal = current_key(settings), settings.pseudonym_map
    files = sorted(goal.parent.glob("pseudonym-*.key"))
    former = [key for key in map(_read, files) if key != now]  # a rotation that died has left the current one there
    if not former:
        return
    beside = goal.with_name(f".part-{goal.name}")
    connection = connect(spill=settings.spill)
    try:
        connection.execute(f"attach {literal(settings.warehouse)} as warehouse (read_only)")
        connection.execute(f"attach {literal(beside)} as map")
        each = " union all ".join(
            f"select {literal(key.key_id)} as key_id, {key.sql(connection, 'number')} as person,"
            f" {literal(now.key_id)} as key_id_now, {now.sql(connection, 'number')} as person_now from ({numbers})"
            for key in former
        )
        connection.execute(_MAPPING.format(each=each, comment=literal(written("figure.former_pseudonyms"))))
    finally:
        connection.close()
    beside.chmod(FILE_MODE)
    sync(beside)
    beside.replace(goal)
    sync(goal.parent)


def _beside(settings: Settings, key_id: str) -> Path:
    """Where a former key is kept."""
    return settings.pseudonym_key.with_name(f"pseudonym-{key_id}.key")


def _new(settings: Settings) -> PseudonymKey:
    key = PseudonymKey(secrets.token_bytes(32))
    _write(settings.pseudonym_key, key)
    return key


def _read(path: Path) -> PseudonymKey:
    text = path.read_text(encoding="ascii", errors="replace").strip()
    if not re.fullmatch(r"[0-9a-f]{64}", text):
        raise KeyDamaged(two_lines("figure.key_damaged", path=path))
    return PseudonymKey(bytes.fromhex(text))


def _write(path: Path, key: PseudonymKey) -> None:
    beside = path.with_name(f".part-{path.name}")
    beside.unlink(missing_ok=True)
    beside.touch(mode=FILE_MODE, exist_ok=False)
    beside.write_text(key.secret.hex() + "\n", encoding="ascii")
    sync(beside)
    beside.replace(path)
    sync(path.parent)
