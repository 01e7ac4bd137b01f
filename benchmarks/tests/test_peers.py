"""The damaged dumps by which peers are compared say of themselves what landing finds of them; lines of code are counted
as people would."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import pytest

from benchmarks.peers import damage
from benchmarks.peers.__main__ import verdict
from benchmarks.peers.contestants import lines_of_code
from raw_landing import read_dump
from raw_landing.contract import load_contracts
from raw_landing.intake.identify import identify
from raw_landing.regions import load_regions

DUMPS = {dump.damage.name: dump for dump in damage.damaged()}


@pytest.mark.parametrize("name", DUMPS)
def test_what_is_true_of_a_damaged_dump_is_what_landing_loads(name: str, tmp_path: Path) -> None:
    dump, contracts = DUMPS[name], load_contracts()
    path = tmp_path / dump.file_name
    path.write_bytes(dump.data)
    identity = identify(PurePosixPath("employment", dump.file_name), None, contracts, load_regions())
    with read_dump(path, contracts[damage.EXTRACT], identity=identity) as reading:
        loaded = {key for (key,) in reading.rows.project("training_no").fetchall()}
        receipt = reading.receipt
    assert not receipt.reasons
    assert loaded == dump.true
    assert receipt.rows_refused == dump.damage.refused
    assert receipt.rows_loaded + receipt.rows_refused == damage.RECORDS


def test_damaged_dumps_come_from_different_units_that_deliver_nothing_else() -> None:
    units = [dump.unit for dump in DUMPS.values()]
    assert len(set(units)) == len(damage.KINDS)


@pytest.mark.parametrize(
    ("counted", "told", "words"),
    [
        (40, False, "right"),
        (39, True, "1 of 40 lost, told"),
        (0, False, "**40 of 40 lost, silently**"),
        (43, False, "**3 too many, silently**"),
    ],
)
def test_a_loss_that_is_told_is_not_a_silent_one(counted: int, told: bool, words: str) -> None:
    assert verdict(DUMPS["rows sent twice"], counted, told) == words


def test_blank_lines_and_comments_are_no_code(tmp_path: Path) -> None:
    path = tmp_path / "model.sql"
    path.write_text("-- what it is\n\nselect 1\n  # not this\nfrom t -- but this\n", encoding="utf-8")
    assert lines_of_code(path) == 2
