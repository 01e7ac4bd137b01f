"""Snapshots of the active dumps and how they were read, and the differences between two of them. Computes no figure."""

from __future__ import annotations

import filecmp
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any, Literal, Self

from raw_landing.corrections import Correction, load_corrections
from raw_landing.database import connect
from raw_landing.errors import as_landing_error
from raw_landing.fingerprint import parts_of_rules
from raw_landing.land import reread
from raw_landing.ledger.records import Dump
from raw_landing.ledger.store import Ledger
from raw_landing.storage.small_files import read_files
from raw_landing.storage.store import LandingStore

Cause = Literal["new", "revised", "withdrawn", "corrected", "reference", "code"]
Active = tuple[Dump, str]
"""An active dump and the first landing of its identity, as the ledger gives them."""

_NOT_KEPT = ("manifest", "problems", "message_zh", "message_en")  # long, and no part of what the warehouse shows


@dataclass(frozen=True)
class Snapshot:
    """The active dumps; of every known dump the hash of its manifest; those withdrawn; the rules of reading; the
    corrections in force, each as a hash."""

    active: tuple[Active, ...]
    known: Mapping[str, str | None]
    withdrawn: frozenset[str]
    rules: Mapping[str, str]
    corrections: frozenset[str]

    @classmethod
    def take(cls, home: Path) -> Self:
        """The snapshot of the ledger of `home`. Raises LandingError."""
        with as_landing_error(home), Ledger.open(home) as ledger:
            return cls(
                tuple(ledger.active()),
                {dump.dump_id: dump.manifest_sha256 for dump in ledger.dumps()},
                frozenset(receipt.dump_id for receipt in ledger.receipts() if receipt.withdrawn_at),
                parts_of_rules(),
                frozenset(_hash(one) for register in load_corrections().values() for one in register),
            )

    def content(self) -> dict[str, Any]:
        """As plain JSON types; `of` is the inverse."""
        return {
            "active": [
                {name: value for name, value in asdict(dump).items() if name not in _NOT_KEPT} | {"first": first}
                for dump, first in self.active
            ],
            "known": dict(self.known),
            "withdrawn": sorted(self.withdrawn),
            "rules": dict(self.rules),
            "corrections": sorted(self.corrections),
        }

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Self:
        """The snapshot of a `content`. Raises KeyError, TypeError, ValueError where it is none."""
        names = {field.name for field in fields(Dump)} - set(_NOT_KEPT)
        active = tuple(
            (Dump(manifest=None, **{name: one[name] for name in names & one.keys()}), str(one["first"]))
            for one in content["active"]
        )
        return cls(
            active,
            content["known"],
            frozenset(content["withdrawn"]),
            content["rules"],
            frozenset(content["corrections"]),
        )

    def files(self, home: Path) -> set[Path]:
        """The files that must be kept for the snapshot to be exposed again."""
        store = LandingStore(home.absolute())
        pairs = [(_rows(store, dump), _applied(store, dump)) for dump, _ in self.active]
        return {path for pair in pairs for path in pair}


@dataclass(frozen=True, slots=True)
class DumpChange:
    """The change of one delivery (extract, period, unit) between two snapshots, and its cause."""

    cause: Cause
    before: Active | None
    after: Active | None

    @property
    def dump(self) -> Dump:
        """The dump delivered or read again; the one withdrawn where that is the cause or nothing replaced it."""
        chosen = self.before if self.cause == "withdrawn" or self.after is None else self.after
        assert chosen is not None  # one of the two is there
        return chosen[0]


def diff_snapshots(before: Snapshot, after: Snapshot, home: Path) -> Iterator[DumpChange]:
    """Every delivery whose active rows may differ; a dump read again to the same bytes is none.

    A dump delivered and corrected since gives two changes, first delivered, then corrected: it is read again without
    the new corrections. A dump read by other rules counts as corrected where its corrections differ, as reference where
    only regions changed, else as code.
    """
    store = LandingStore(home.absolute())
    old = {active[0].identity: active for active in before.active}
    new = {active[0].identity: active for active in after.active}
    for identity in sorted(old.keys() | new.keys(), key=str):
        was, now = old.get(identity), new.get(identity)
        if was is None or now is None or not _same_rows(store, was[0], now[0]):
            cause = _cause(store, before, after, was, now)
            if cause in ("new", "revised", "withdrawn") and now is not None and now[0].rows_corrected:
                delivered = _without_new_corrections(home, before, now)
                if delivered is not None:
                    yield DumpChange(cause, was, delivered)
                    cause, was = "corrected", delivered
            yield DumpChange(cause, was, now)


def _cause(store: LandingStore, before: Snapshot, after: Snapshot, was: Active | None, now: Active | None) -> Cause:
    if was is None and now is not None:
        dump_id = now[0].dump_id
        known = dump_id in before.known and before.known[dump_id] == after.known.get(dump_id)
        return _reading(store, before, after, None, now[0]) if known else "new"
    assert was is not None
    dump = was[0]
    if dump.dump_id in after.withdrawn and (now is None or (now[0].revision or 0) <= (dump.revision or 0)):
        return "withdrawn"
    if dump.manifest_sha256 != after.known.get(dump.dump_id):
        return "revised"
    if now is not None and (now[0].revision, now[0].sha256) > (dump.revision, dump.sha256):
        return "revised"
    return _reading(store, before, after, dump, None if now is None else now[0])


def _without_new_corrections(home: Path, before: Snapshot, now: Active) -> Active | None:
    """A dump as it would read by the corrections that were in force before; None where those are all there are."""
    register = load_corrections()
    old = {
        extract: tuple(one for one in corrections if _hash(one) in before.corrections)
        for extract, corrections in register.items()
    }
    extract = str(now[0].extract)
    if old.get(extract) == register.get(extract):
        return None
    return reread(home, now[0].dump_id, old), now[1]


def _hash(correction: Correction) -> str:
    return hashlib.sha256(correction.model_dump_json().encode()).hexdigest()


def _reading(store: LandingStore, before: Snapshot, after: Snapshot, was: Dump | None, now: Dump | None) -> Cause:
    if was is not None and now is not None and _decided_otherwise(store, was, now):
        return "corrected"
    changed = {name for name in after.rules if after.rules[name] != before.rules.get(name)}
    return "reference" if changed == {"reference"} else "code"


def _decided_otherwise(store: LandingStore, was: Dump, now: Dump) -> bool:
    """Whether a decision differs between two readings: a row set aside, a correction."""
    return tuple(was.set_aside) != tuple(now.set_aside) or not _same(_applied(store, was), _applied(store, now))


def _same_rows(store: LandingStore, was: Dump, now: Dump) -> bool:
    if was.dump_id != now.dump_id or was.sampling_fraction != now.sampling_fraction or was.is_zero != now.is_zero:
        return False
    return was.look == now.look or _same(_rows(store, was), _rows(store, now))


def _same(one: Path, other: Path) -> bool:
    """Whether two files hold the same rows, in whatever order, or neither is there."""
    if one == other or not (one.exists() or other.exists()):
        return True
    if not (one.exists() and other.exists()):
        return False
    if filecmp.cmp(one, other, shallow=False):
        return True
    with connect() as connection:  # a large dump's rows stand in no sure order
        found = [
            connection.sql(f"SELECT count(*), sum(hash(rows)) FROM {read_files([path])} AS rows").fetchall()
            for path in (one, other)
        ]
    return found[0] == found[1]


def _rows(store: LandingStore, dump: Dump) -> Path:
    return store.rows(str(dump.extract), dump.dump_id, dump.look)


def _applied(store: LandingStore, dump: Dump) -> Path:
    return store.applied(str(dump.extract), dump.dump_id, dump.look)
