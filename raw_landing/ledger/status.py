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
class Standing:
    """What decides an accepted dump's status among the dumps of its identity."""

    dump_id: str
    sha256: str
    revision: int
    turn: int  # whose turn came first: the smaller is the original of equal contents
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """A dump's status; `rival` is the original of a duplicate, or what took a superseded one's place."""

    status: Status
    rival: str | None = None
    same_revision: bool = False  # another content of the same revision took precedence


def places(standings: Iterable[Standing]) -> dict[str, Place]:
    """The status of each accepted dump of one identity.

    Of equal content and revision the earliest is the original, the others its duplicates, also when it was withdrawn:
    what was taken back does not return under another name. Of the originals not withdrawn the highest revision is
    active, of one revision the greatest sha256.
    """
    found: dict[str, Place] = {}
    originals: dict[tuple[int, str], Standing] = {}
    for one in sorted(standings, key=lambda one: one.turn):
        original = originals.setdefault((one.revision, one.sha256), one)
        if one.withdrawn:
            found[one.dump_id] = Place(REJECTED)
        elif original is not one:
            found[one.dump_id] = Place(DUPLICATE, original.dump_id)
    live = sorted(key for key, one in originals.items() if not one.withdrawn)
    for position, key in enumerate(live):
        if position + 1 == len(live):
            found[originals[key].dump_id] = Place(LOADED)
        else:
            same = live[position + 1][0] == key[0]
            rival = max(other for other in live if other[0] == key[0]) if same else live[-1]
            found[originals[key].dump_id] = Place(SUPERSEDED, originals[rival].dump_id, same)
    return found
