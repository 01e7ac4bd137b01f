"""Which dumps differ between two releases, where the ledger's snapshots do not tell: from a manifest, or because their
period has begun."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from orchestration.release.state import ReleaseInputs
from raw_landing.contract import load_contracts
from raw_landing.ledger.records import Dump
from raw_landing.ledger.snapshot import Active, DumpChange


def dumps_by_manifest(before: Iterable[Mapping[str, Any]], now: Iterable[Active]) -> Iterable[DumpChange]:
    """Which deliveries differ, as far as manifests tell."""

    def identity(one: Mapping[str, Any]) -> tuple[str, ...]:
        return tuple(str(one[name]) for name in ("extract", "period_start", "period_end", "unit_code"))

    was = {identity(one): one for one in before}
    active = {tuple(map(str, one[0].identity)): one for one in now}
    for key in sorted(was.keys() | active.keys()):
        if key not in was:
            yield DumpChange("new", None, active[key])
        elif key not in active or was[key]["dump_id"] != active[key][0].dump_id:
            old = was[key]
            dump = Dump(
                dump_id=old["dump_id"], path="", sha256=old["sha256"], size=0, manifest=None, manifest_sha256=None,
                rules=None, look="", accepted=True, extract=key[0], period_start=key[1], period_end=key[2],
                unit_code=key[3], revision=old["revision"],
            )  # fmt: skip
            later = active.get(key)
            is_back = later is None or (later[0].revision or 0) < old["revision"]
            yield DumpChange("withdrawn" if is_back else "revised", (dump, ""), later)


def newly_counting(before: ReleaseInputs, now: ReleaseInputs) -> Iterable[DumpChange]:
    """Dumps that both releases hold, of periods that began between their days: they count for the first time."""
    first, last = sorted((before.as_of, now.as_of))
    held = {one[0].dump_id for one in before.snapshot.active}
    for one in now.snapshot.active:
        begins = date.fromisoformat(str(one[0].period_start))
        if one[0].dump_id in held and first < begins <= last:
            yield DumpChange("new", one, one)


def changed_dump_row(one: DumpChange) -> dict[str, Any]:
    dump = one.dump
    names = ("dump_id", "extract", "unit_code", "period_start", "period_end")
    contract = load_contracts().get(str(dump.extract))
    return {"cause": one.cause, "load": contract.load if contract else "upsert"} | {
        name: getattr(dump, name) for name in names
    }
