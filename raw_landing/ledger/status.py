"""Resolves which of the accepted dumps of one extract, period and unit counts. Pure: no file, no database."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from raw_landing.ledger.records import (
    DUPLICATE,
    LOADED,
    REJECTED,
    SUPERSEDED,
    Status,
)


@dataclass(frozen=True, slots=True)
class AcceptedDump:
    """Inputs for resolving the status of dumps of the same extract, period and unit."""

    dump_id: str
    sha256: str
    revision: int
    arrival_order: int  # of equal contents the one with the smallest is the original
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class DumpStatus:
    """A dump's status; `superseding_dump`: a duplicate's original, or what replaced a superseded dump."""

    status: Status
    superseding_dump: str | None = None
    same_revision: bool = False  # another content of the same revision took precedence


def resolve_statuses(accepted: Iterable[AcceptedDump]) -> dict[str, DumpStatus]:
    """The status of each accepted dump of one identity.

    Of equal content and revision the earliest is the original, the others its duplicates, also when it was withdrawn:
    what was taken back does not return under another name. Of the originals not withdrawn the highest revision is
    active, of one revision the greatest sha256.
    """
    found: dict[str, DumpStatus] = {}
    originals: dict[tuple[int, str], AcceptedDump] = {}
    for one in sorted(accepted, key=lambda one: one.arrival_order):
        original = originals.setdefault((one.revision, one.sha256), one)
        if one.withdrawn:
            found[one.dump_id] = DumpStatus(REJECTED)
        elif original is not one:
            found[one.dump_id] = DumpStatus(DUPLICATE, original.dump_id)
    live = sorted(key for key, one in originals.items() if not one.withdrawn)
    for position, key in enumerate(live):
        if position + 1 == len(live):
            found[originals[key].dump_id] = DumpStatus(LOADED)
        else:
            same = live[position + 1][0] == key[0]
            superseding_dump = max(other for other in live if other[0] == key[0]) if same else live[-1]
            found[originals[key].dump_id] = DumpStatus(SUPERSEDED, originals[superseding_dump].dump_id, same)
    return found
