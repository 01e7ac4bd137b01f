"""What is written out for mending is the dump: read again, it gives the same rows, for every extract."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

from raw_landing import read_dump
from raw_landing.contract import load_contracts
from raw_landing.intake.identify import Identity
from raw_landing.quarantine import export, refusals
from tests.support.inbox import World

MANY_BYTES = 300  # of a dump with some rows


def test_whole_dump_comes_back_as_it_was(world: World, small_landing: Path) -> None:
    put: dict[str, Path] = {}
    for file in sorted((small_landing / "inbox").rglob("*.csv")):
        extract = file.name.split("__")[0]
        wanted = extract in load_contracts() and extract not in put and not {"impossible", "repeated"} & set(file.parts)
        if wanted and file.stat().st_size > MANY_BYTES:
            try:
                text = file.read_bytes().decode("utf-8-sig")
            except UnicodeDecodeError:
                continue
            path = f"{load_contracts()[extract].source}/{file.name}"
            put[extract] = world.deliver(path, text.rstrip("\r\n") + "\n不是数据\n")
    assert len(put) >= 18
    receipts = {one.dump_id: one for one in world.land().receipts}
    out = world.root / "out"
    out.mkdir()
    found = refusals(world.home)
    assert {receipts[one.dump_id].extract for one in found} == put.keys()
    for one in found:
        receipt = receipts[one.dump_id]
        contract = load_contracts()[str(receipt.extract)].model_copy(update={"max_refused_share": 1.0})
        assert receipt.source and receipt.extract and receipt.period_start and receipt.period_end
        assert receipt.unit_code and receipt.revision
        identity = Identity(
            receipt.source,
            receipt.extract,
            receipt.period_start,
            receipt.period_end,
            receipt.unit_code,
            receipt.revision,
        )
        written = export(world.home, one.dump_id, out, whole=True)
        with (
            read_dump(world.inbox / one.path, contract, identity=identity) as before,
            read_dump(written.file, contract, identity=identity) as after,
        ):
            assert rows(after.rows) == rows(before.rows), one.path
            assert after.receipt.rows_read == written.rows
            assert after.receipt.rows_refused == before.receipt.rows_refused == one.rows


def rows(relation: duckdb.DuckDBPyRelation) -> list[tuple[Any, ...]]:
    return sorted(relation.project("* EXCLUDE (line_number)").fetchall(), key=repr)
