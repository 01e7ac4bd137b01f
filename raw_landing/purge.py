"""Removes what has been kept long enough: originals with the rows read from them, refused rows. Never what counts."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from raw_landing.bounds import FUTURE
from raw_landing.errors import as_landing_error
from raw_landing.ledger.records import LOADED, Dump
from raw_landing.ledger.store import Ledger
from raw_landing.storage.store import LandingStore
from raw_landing.storage.sweep import intend_removal, removed


@dataclass(frozen=True)
class Purgeable:
    """What has been kept long enough: dumps, to go with original and rows; dumps of which the refused rows go; the
    files of both, with their bytes."""

    dumps: tuple[Dump, ...]
    refused_of: tuple[Dump, ...]
    files: dict[Path, int]


def purgeable(
    home: Path, *, dumps_before: datetime | None, refused_before: datetime | None, in_use: Collection[Path]
) -> Purgeable:
    """What first landed before these moments (None: nothing is too old). A dump stays as long as it, or another of the
    same content, is active, or came before its period and is read again when that begins, or one of its files is in
    use. Raises LandingError."""
    store = LandingStore(home.absolute())
    with as_landing_error(home), Ledger.open(home) as ledger:
        dumps = [dump for dump in ledger.dumps() if dump.rules is not None]
        status = {receipt.dump_id: receipt.status for receipt in ledger.receipts()}
    needed = {
        dump.sha256
        for dump in dumps
        if status[dump.dump_id] == LOADED
        or FUTURE in dump.reasons
        or not _is_before(dump, dumps_before)
        or _files(store, dump) & set(in_use)
    }
    old = tuple(dump for dump in dumps if dump.sha256 not in needed)
    refused_of = tuple(
        dump
        for dump in dumps
        if dump.rows_refused
        and dump not in old
        and dump.refused_purged_at is None
        and _is_before(dump, refused_before)
        and dump.extract is not None
    )
    files = {path for dump in old for path in _files(store, dump)}
    files |= {store.refused(dump.dump_id, dump.look) for dump in refused_of}
    return Purgeable(old, refused_of, {path: path.stat().st_size for path in sorted(files) if path.is_file()})


def purge(home: Path, found: Purgeable) -> None:
    """Remove it for good, on record in ledger and journal. The caller sees to it that nobody else writes. A purge that
    is killed is completed by the next run. Raises LandingError."""
    store = LandingStore(home.absolute())
    with as_landing_error(home), Ledger.open(home, write=True) as ledger:
        before = intend_removal(store, found.files)
        at = datetime.now(UTC).isoformat()
        ledger.purge((one.dump_id for one in found.dumps), (one.dump_id for one in found.refused_of), at=at)
        for file in found.files:
            file.unlink(missing_ok=True)
        removed(store, before)
        ledger.keep_copy()


def _is_before(dump: Dump, moment: datetime | None) -> bool:
    return moment is not None and datetime.fromisoformat(dump.landed_at) < moment


def _files(store: LandingStore, dump: Dump) -> set[Path]:
    files = {store.original(dump.sha256)}
    if dump.accepted and dump.extract is not None:
        files |= {
            store.rows(dump.extract, dump.dump_id, dump.look),
            store.refused(dump.dump_id, dump.look),
            store.applied(dump.extract, dump.dump_id, dump.look),
        }
    return files
