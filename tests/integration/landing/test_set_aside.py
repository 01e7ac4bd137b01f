"""A row that somebody sets aside: refused everywhere and on record, whatever its dump is called and however often it is
read; and taken back."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from raw_landing.errors import LandingError
from raw_landing.land import withdraw
from raw_landing.ledger.snapshot import Snapshot, diff_snapshots
from raw_landing.ledger.store import Ledger
from raw_landing.parsing.prepare import SMALL
from raw_landing.quarantine import export, refusals, refused_rows, register, set_aside, take_back
from raw_landing.storage.store import LandingStore
from tests.support.inbox import World, body, name, without_journal

EXTRACT = "postdoc_intake"
PATH = name(EXTRACT)
WHY = {"reason": "姓名栏填写不当", "by": "operator"}


@pytest.fixture
def dump_id(world: World) -> str:
    """A dump of five rows, on lines 2 to 6, landed."""
    world.deliver(PATH, body(EXTRACT, "2024-03", 1, 2, 3, 4, 5))
    world.land()
    return world.receipts()[PATH].dump_id


def numbers(world: World) -> list[str]:
    """The keys of the active rows."""
    return [row[2] for row in world.active_rows(EXTRACT)]


def test_the_row_counts_as_refused_everywhere(world: World, dump_id: str) -> None:
    before = world.receipts()[PATH]
    with Ledger.open(world.home) as ledger:
        version = ledger.version()
    (changed,) = set_aside(world.home, dump_id, [3], **WHY)
    after = world.receipts()[PATH]
    assert changed == after and after.status == "loaded" and after.landed_at == before.landed_at
    assert (after.rows_read, after.rows_loaded, after.rows_refused) == (5, 4, 1)
    assert "第 3 行" in after.message_zh and "移入隔离区" in after.message_zh
    assert "Line 3" in after.message_en and "set aside by hand" in after.message_en
    with Ledger.open(world.home) as ledger:
        assert ledger.version() > version  # the next refresh has something to do
    assert numbers(world) == ["B1", "B3", "B4", "B5"]
    with world.warehouse() as warehouse:
        found = warehouse.execute("SELECT dump_id, line_number, reasons, original FROM quality.quarantine").fetchall()
        rows = warehouse.execute("SELECT dump_id, rows_loaded FROM landed.dump").fetchall()
    assert found == [(dump_id, 3, ["set_aside"], "B2,420106,站2,2024-03-05,")]
    assert rows == [(dump_id, 4)]
    (listed,) = refusals(world.home)
    assert (listed.rows, listed.reasons) == (1, {"set_aside": 1})
    _, (row,) = refused_rows(world.home, dump_id)
    assert (row.line_number, row.faults) == (3, ("set_aside:",)) and "B2" in row.original
    written = export(world.home, dump_id, world.root, whole=True)
    assert (written.rows, written.refused) == (5, 1)
    assert "set_aside" in written.file.read_text("utf-8-sig").splitlines()[2]


def test_it_stays_so_however_the_content_comes_back(world: World, dump_id: str) -> None:
    set_aside(world.home, dump_id, [3, 6], **WHY)
    expected = ["B1", "B3", "B4"]
    world.land(again=True)
    assert numbers(world) == expected
    world.deliver(name(EXTRACT, revision=2), body(EXTRACT, "2024-03", 1, 2, 3, 4, 5))
    world.land()
    restated = world.receipts()[name(EXTRACT, revision=2)]
    assert (restated.status, restated.rows_loaded, restated.rows_refused) == ("loaded", 3, 2)
    assert numbers(world) == expected
    withdraw(world.home, restated.dump_id, reason="重复", by="operator")
    assert numbers(world) == expected
    world.deliver(name(EXTRACT, revision=3), body(EXTRACT, "2024-03", 1, 2))
    world.land()  # other content: a decision about one row says nothing of it
    assert numbers(world) == ["B1", "B2"]
    for file in (world.home / "landed").rglob("*.parquet"):
        file.unlink()
    world.land(again=True)
    assert numbers(world) == ["B1", "B2"]
    assert world.receipts()[PATH].rows_refused == 2


def test_it_can_be_taken_back_and_both_stay_on_record(world: World, dump_id: str) -> None:
    set_aside(world.home, dump_id, [3, 4], **WHY)
    take_back(world.home, dump_id, [3], reason="核实无误", by="other")
    assert numbers(world) == ["B1", "B2", "B4", "B5"]
    first, second = register(world.home)
    assert (first.line_number, first.reason, first.by) == (3, WHY["reason"], "operator")
    assert (first.taken_back_by, first.taken_back_reason) == ("other", "核实无误") and first.taken_back_at
    assert (second.line_number, second.taken_back_at) == (4, None)
    set_aside(world.home, dump_id, [3], **WHY)
    take_back(world.home, dump_id, [3, 4], reason="核实无误", by="other")
    assert len(register(world.home)) == 3
    assert numbers(world) == ["B1", "B2", "B3", "B4", "B5"]
    receipt = world.receipts()[PATH]
    assert (receipt.rows_refused, receipt.message_zh) == (0, "")


@pytest.mark.parametrize(("lines", "told"), [((1,), "line 1"), ((7,), "line 7"), ((2, 3, 4, 5, 6), "hrss withdraw")])
def test_what_cannot_be_set_aside_is_said(world: World, dump_id: str, lines: tuple[int, ...], told: str) -> None:
    with pytest.raises(LandingError, match=told):
        set_aside(world.home, dump_id, lines, **WHY)
    assert register(world.home) == [] and world.receipts()[PATH].rows_loaded == 5


def test_what_is_set_aside_already_or_unknown_is_said(world: World, dump_id: str) -> None:
    set_aside(world.home, dump_id, [3], **WHY)
    with pytest.raises(LandingError, match="line 3"):
        set_aside(world.home, dump_id, [3], **WHY)
    with pytest.raises(LandingError, match="line 2 is not set aside"):
        take_back(world.home, dump_id, [2], **WHY)
    for decide in (set_aside, take_back):
        with pytest.raises(LandingError, match="no receipt of this number"):
            decide(world.home, "f" * 16, [2], **WHY)
    withdraw(world.home, dump_id, reason="报错", by="operator")
    with pytest.raises(LandingError, match="nothing of it is loaded"):
        set_aside(world.home, dump_id, [2], **WHY)


def test_without_the_original_nothing_is_decided(world: World, dump_id: str) -> None:
    LandingStore(world.home).original(world.receipts()[PATH].sha256).unlink()
    with pytest.raises(LandingError, match="is gone"):
        set_aside(world.home, dump_id, [3], **WHY)
    assert register(world.home) == []
    assert world.land().left == ()  # no run is stopped by it


def test_a_decision_is_no_fault_of_the_dump(world: World) -> None:
    """Of 25 rows 4 are set aside: more than the share of refused rows for which a dump is rejected."""
    world.deliver(PATH, body(EXTRACT, "2024-03", *range(25)))
    world.land()
    set_aside(world.home, world.receipts()[PATH].dump_id, [2, 3, 4, 5], **WHY)
    assert (world.receipts()[PATH].status, world.receipts()[PATH].rows_loaded) == ("loaded", 21)


def test_a_row_that_repeated_it_does_not_take_its_place(world: World) -> None:
    text = body(EXTRACT, "2024-03", 1, 2, 3)
    world.deliver(PATH, text + text.splitlines()[2] + "\n")
    world.land()
    set_aside(world.home, world.receipts()[PATH].dump_id, [3], **WHY)
    receipt = world.receipts()[PATH]
    assert (receipt.rows_read, receipt.rows_loaded, receipt.rows_refused, receipt.rows_repeated) == (4, 2, 1, 1)
    assert numbers(world) == ["B1", "B3"]


def test_a_row_of_a_large_dump(world: World) -> None:
    """Read in the fast way before, in the careful way after; nothing else changes."""
    count = SMALL // 20
    world.deliver(PATH, body(EXTRACT, "2024-03", *range(count)) if count < 9 else _large(count))
    world.land()
    dump_id = world.receipts()[PATH].dump_id
    before = set(world.active_texts(EXTRACT))
    set_aside(world.home, dump_id, [5], **WHY)
    assert world.receipts()[PATH].rows_loaded == count - 1
    (gone,) = before - set(world.active_texts(EXTRACT))
    assert gone[0] == "B3"


def _large(count: int) -> str:
    head = body(EXTRACT, "2024-03").rstrip("\n")
    empty = "," * (head.count(",") - 3)
    return head + "".join(f"\nB{number},420106,站{number},2024-03-05{empty}" for number in range(count)) + "\n"


def test_killed_between_decision_and_reading_the_next_run_completes_it(
    world: World, dump_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(home: Path, sha256: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("raw_landing.quarantine.read_again", die)
        with pytest.raises(KeyboardInterrupt):
            set_aside(world.home, dump_id, [3], **WHY)
    assert numbers(world) == ["B1", "B2", "B3", "B4", "B5"]
    world.land()
    assert numbers(world) == ["B1", "B3", "B4", "B5"]


def test_between_releases_it_is_a_correction(world: World, dump_id: str) -> None:
    before = Snapshot.take(world.home)
    set_aside(world.home, dump_id, [3], **WHY)
    kept = Snapshot.of(before.content())
    (found,) = diff_snapshots(kept, Snapshot.take(world.home), world.home)
    assert (found.cause, found.dump.dump_id) == ("corrected", dump_id)


def test_the_ledger_of_an_older_program_is_brought_up(world: World, dump_id: str) -> None:
    file = world.home / "landed" / "ledger.sqlite"
    without_journal(file)
    for folder in ("journal", "ledger"):
        shutil.rmtree(world.home / "archive" / folder)
    set_aside(world.home, dump_id, [3], **WHY)
    assert numbers(world) == ["B1", "B3", "B4", "B5"]
