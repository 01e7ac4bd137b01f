"""A ledger that is gone, damaged, or older than the archive: it is made again row by row, or the run stops with a
sentence; an archived original that nobody knows is never swept."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from raw_landing.errors import ArchiveUnexplained, LedgerUnusable, UnknownDump
from raw_landing.intake.inbox import pending
from raw_landing.land import land, receipts, withdraw
from raw_landing.ledger import journal, recovery
from raw_landing.ledger import store as ledger
from raw_landing.storage import small_files as packing
from raw_landing.storage.store import LandingStore
from tests.support.inbox import World, body, name, without_journal

EXTRACT = "postdoc_intake"
MARCH, APRIL = name(EXTRACT), name(EXTRACT, "2024-04")
LARGE = name("urban_employed_stock", "2024-Q1")

Tables = dict[str, list[tuple[Any, ...]]]


def tables(home: Path) -> Tables:
    """Every table of a ledger's file, row by row."""
    with closing(sqlite3.connect(LandingStore(home).ledger)) as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        assert len(names) >= 4
        return {one: sorted(connection.execute(f"SELECT * FROM {one}").fetchall(), key=str) for one in sorted(names)}


def begin(world: World) -> None:
    """The first runs: dumps of every status, each of the four loads, packed and large ones, some with refused rows."""
    world.deliver(MARCH, body(EXTRACT, "2024-03", 1, 2) + "B5,420106,站5,x\n", submitted_by="甲")
    world.deliver(f"talent/again/{MARCH.split('/')[1]}", body(EXTRACT, "2024-03", 1, 2) + "B5,420106,站5,x\n")
    world.deliver(APRIL, body(EXTRACT, "2024-04", 3))
    world.deliver(LARGE, body("urban_employed_stock", "2024-Q1", 1, 2, 3, 4))
    world.deliver(name("social_card"), "card_no\nK1\n")
    world.deliver("talent/谁知道.csv", body(EXTRACT, "2024-03", 7))
    world.deliver(name("insurance_enrolment"), body("insurance_enrolment", "2024-03", 1, 2))
    os.mkfifo(world.inbox / "talent" / "pipe__2024-03__420100.csv")
    world.land()


def go_on(world: World) -> None:
    """Later ones: a revision, a withdrawal, a manifest that came later, another content under one path, a rename."""
    world.deliver(name(EXTRACT, revision=2), body(EXTRACT, "2024-03", 4))
    world.land()
    (second,) = [one for one in receipts(world.home) if one.path == name(EXTRACT, revision=2)]
    withdraw(world.home, second.dump_id, reason="误报", by="jia")
    world.deliver(name(EXTRACT, revision=3), body(EXTRACT, "2024-03", 1, 2))
    world.manifest(APRIL, revision=2, as_of="2024-05-02")
    world.deliver(LARGE, body("urban_employed_stock", "2024-Q1", 5, 6, 7))
    old = world.inbox / name("insurance_enrolment")
    old.rename(old.with_name("renamed-" + old.name))
    world.land()
    world.land(again=True)


@pytest.fixture(autouse=True)
def some_are_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Dumps of one or two rows are packed, others read where they are; a batch is small, so that there are many."""
    monkeypatch.setattr(packing, "SMALL", 2)
    monkeypatch.setattr("raw_landing.landing_run.BATCH_DUMPS", 3)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, Path]:
    """A home with a past, and its ledger as it was in the middle. Not to be changed: see `past`."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("raw_landing.landing_run.BATCH_DUMPS", 3)
        world = World(tmp_path_factory.mktemp("past"))
        world.inbox.mkdir(parents=True)
        begin(world)
        older = world.root / "older.sqlite"
        shutil.copy(LandingStore(world.home).ledger, older)
        go_on(world)
    return world, older


@pytest.fixture
def past(made: tuple[World, Path], tmp_path: Path) -> World:
    """A copy of it, to be harmed."""
    world, older = made
    shutil.copytree(world.home, tmp_path / "home")
    shutil.copy(older, tmp_path)
    (tmp_path / "landing").symlink_to(world.landing)
    return World(tmp_path)


def test_the_past_has_dumps_of_every_kind(past: World) -> None:
    found = receipts(past.home)
    assert {one.status for one in found} == {"loaded", "superseded", "duplicate", "rejected"}
    assert {reason for one in found for reason in one.reasons} >= {"withdrawn", "unidentified", "hostile"}
    assert any(one.rows_refused for one in found)
    assert {row[0] for row in tables(past.home)["look"]} < {one.dump_id for one in found} | {"*"}
    assert len(tables(past.home)["look"]) > len(found)  # a manifest that came later
    assert len(list(LandingStore(past.home).journal.iterdir())) > 6


def gone(file: Path, _: Path) -> None:
    file.unlink()


def empty(file: Path, _: Path) -> None:
    file.write_bytes(b"")


def truncated(file: Path, _: Path) -> None:
    os.truncate(file, file.stat().st_size // 2 + 17)


def no_database(file: Path, _: Path) -> None:
    file.write_bytes(b"{}" * 5000)


def torn(file: Path, _: Path) -> None:
    with file.open("r+b") as opened:
        opened.seek(4096)
        opened.write(b"\0" * 8192)


def other_database(file: Path, _: Path) -> None:
    file.unlink()
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("CREATE TABLE dump (number INTEGER)")
        connection.execute("PRAGMA user_version = 6")


def older(file: Path, copy: Path) -> None:
    shutil.copy(copy, file)


def older_of_an_earlier_program(file: Path, copy: Path) -> None:
    shutil.copy(copy, file)
    without_journal(file)


def of_another_home(file: Path, copy: Path) -> None:
    """As far as this one, with another past."""
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE journal SET sha256 = 'another'")
        connection.execute("DELETE FROM dump")


HARMS = [gone, empty, truncated, no_database, torn, other_database, older, older_of_an_earlier_program, of_another_home]


@pytest.mark.parametrize("harm", HARMS)
def test_a_harmed_ledger_is_made_again_row_by_row(past: World, harm: Callable[[Path, Path], None]) -> None:
    before, rows, files = tables(past.home), past.active_rows(EXTRACT), past.files()
    shown = receipts(past.home)
    harm(LandingStore(past.home).ledger, past.root / "older.sqlite")
    waiting = pending(past.landing, past.home)
    assert (waiting.is_ledger_lost, waiting.new, bool(waiting)) == (True, (), True)
    if harm is not torn:  # a page that is asked for later tells only then
        assert receipts(past.home) == shown  # who only reads is shown what it will be
    assert past.land().receipts == ()
    assert tables(past.home) == before
    assert (past.active_rows(EXTRACT), past.files()) == (rows, files)
    assert not pending(past.landing, past.home)


@pytest.mark.parametrize("harm", HARMS)
def test_a_withdrawal_on_a_harmed_ledger(past: World, harm: Callable[[Path, Path], None]) -> None:
    chosen = next(one for one in receipts(past.home) if one.status == "loaded")
    count = len(receipts(past.home))
    harm(LandingStore(past.home).ledger, past.root / "older.sqlite")
    withdraw(past.home, chosen.dump_id, reason="误报", by="yi")
    before = tables(past.home)
    assert (len(receipts(past.home)), len(before["dump"])) == (count, count)
    LandingStore(past.home).ledger.unlink()
    past.land()
    assert tables(past.home) == before


def test_the_harmed_ledger_is_kept_aside(past: World) -> None:
    file = LandingStore(past.home).ledger
    file.write_bytes(b"what an operator may want to look at")
    past.land()
    assert file.with_name("ledger.sqlite.replaced").read_bytes() == b"what an operator may want to look at"


@pytest.mark.parametrize("behind", [1, 2, 4])
@pytest.mark.parametrize("second", [0, 1, 2])
def test_an_older_ledger_put_beside_the_log_of_a_killed_run(
    past: World, tmp_path: Path, behind: int, second: int
) -> None:
    """SQLite writes the pages of the log into whatever stands before it, and may call the mixture sound."""
    store = LandingStore(past.home)
    first, *others = [one.dump_id for one in receipts(past.home) if one.status in ("loaded", "superseded")]
    withdraw(past.home, first, reason="误报", by="yi")
    shutil.copy(sorted(store.copies.iterdir())[-1 - behind], tmp_path / "copy")
    with closing(sqlite3.connect(store.ledger)) as reader:
        reader.execute("SELECT count(*) FROM dump").fetchone()  # while it is open the log stays
        withdraw(past.home, others[second], reason="误报", by="yi")
        shutil.copy(f"{store.ledger}-wal", tmp_path / "log")
    before = tables(past.home)
    shutil.copy(tmp_path / "log", f"{store.ledger}-wal")
    shutil.copy(tmp_path / "copy", store.ledger)
    past.land()
    assert tables(past.home) == before


def test_all_of_landed_is_gone(past: World) -> None:
    before = tables(past.home)
    landed = past.home / "landed"
    files = set(landed.rglob("*.parquet"))
    shutil.rmtree(landed)
    past.land(again=True)
    after = tables(past.home)
    assert (after["dump"], after["look"], after["sighting"]) == (before["dump"], before["look"], before["sighting"])
    assert set(landed.rglob("*.parquet")) == files


def no_journal(home: Path) -> None:
    shutil.rmtree(LandingStore(home).journal)


def damaged_journal(home: Path) -> None:
    for file in sorted(LandingStore(home).journal.iterdir())[2:4]:
        file.write_bytes(file.read_bytes()[:-100])


def entry_changed(home: Path) -> None:
    file = sorted(LandingStore(home).journal.iterdir())[3]
    file.write_bytes(file.read_bytes().replace(b'"loaded"', b'"rejected"'))


def entry_missing(home: Path) -> None:
    sorted(LandingStore(home).journal.iterdir())[3].unlink()


def newest_damaged(home: Path) -> None:
    os.truncate(max(LandingStore(home).journal.iterdir()), 200)


def newest_missing(home: Path) -> None:
    max(LandingStore(home).journal.iterdir()).unlink()


JOURNAL_HARMS = [no_journal, damaged_journal, entry_changed, entry_missing, newest_damaged, newest_missing]


@pytest.mark.parametrize("harm", JOURNAL_HARMS)
def test_a_harmed_journal_is_begun_anew_from_the_ledger(past: World, harm: Callable[[Path], None]) -> None:
    before = tables(past.home)
    harm(past.home)
    past.land()
    assert tables(past.home) == before | {"journal": tables(past.home)["journal"]}
    shutil.rmtree(LandingStore(past.home).copies)
    before = tables(past.home)
    LandingStore(past.home).ledger.unlink()
    past.land()
    assert tables(past.home) == before


@pytest.mark.parametrize("harm", JOURNAL_HARMS)
def test_both_harmed_the_newest_copy_serves(past: World, harm: Callable[[Path], None]) -> None:
    before = tables(past.home)
    harm(past.home)
    LandingStore(past.home).ledger.write_bytes(b"no database")
    past.land()
    assert tables(past.home) == before | {"journal": tables(past.home)["journal"]}


@pytest.mark.parametrize("harm", [harm for harm in JOURNAL_HARMS if harm is not newest_missing])
@pytest.mark.parametrize("lost", [gone, no_database, older])
def test_what_nothing_explains_stops_the_run(
    past: World, harm: Callable[[Path], None], lost: Callable[[Path, Path], None]
) -> None:
    shutil.rmtree(LandingStore(past.home).copies)
    harm(past.home)
    lost(LandingStore(past.home).ledger, past.root / "older.sqlite")
    files = past.files()
    with pytest.raises((ArchiveUnexplained, LedgerUnusable)) as told:
        past.land()
    assert "backup" in str(told.value) and str(told.value).count("\n") == 1
    assert past.files() == files


@pytest.mark.parametrize("lost", [gone, no_database, older])
def test_the_end_of_the_journal_is_lost_with_ledger_and_copies(
    past: World, made: tuple[World, Path], lost: Callable[[Path, Path], None]
) -> None:
    (past.root / "landing").unlink()
    shutil.copytree(made[0].landing, past.landing, ignore=shutil.ignore_patterns("pipe*"))
    past.deliver(name(EXTRACT, "2024-05"), body(EXTRACT, "2024-05", 1))
    past.land()
    test_what_nothing_explains_stops_the_run(past, newest_missing, lost)


def test_an_original_that_nobody_knows_is_never_swept(past: World) -> None:
    shutil.rmtree(LandingStore(past.home).journal)
    shutil.rmtree(LandingStore(past.home).copies)
    shutil.copy(past.root / "older.sqlite", LandingStore(past.home).ledger)
    files = past.files()
    with pytest.raises(ArchiveUnexplained, match=r"nothing was removed; put .* back together from one backup"):
        past.land()
    assert past.files() == files
    assert not LandingStore(past.home).journal.exists()  # nothing is written either that would pass for the truth


def test_files_of_other_names_are_nobodys_business(past: World) -> None:
    notes = [past.home / one for one in ("archive/00/README", f"landed/{EXTRACT}/notes.txt", "quarantine/x.parquet")]
    for note in notes:
        note.parent.mkdir(exist_ok=True)
        note.write_text("")
    past.land()
    assert all(note.exists() for note in notes)


def test_a_home_of_an_earlier_program_is_taken_over(past: World) -> None:
    store = LandingStore(past.home)
    for folder in (store.journal, store.copies):
        shutil.rmtree(folder)
    before, files = tables(past.home), past.files()
    without_journal(store.ledger)
    past.land()
    after = tables(past.home)
    assert (after | {"journal": []}, past.files()) == (before | {"journal": []}, files)
    store.ledger.unlink()
    shutil.rmtree(store.copies)
    past.land()
    assert tables(past.home) == after


def test_copies_one_a_run_that_changed_it_ten_kept(world: World) -> None:
    for number in range(1, 14):
        world.deliver(name(EXTRACT, revision=number), body(EXTRACT, "2024-03", number))
        world.land()
        world.land()
    copies = sorted(LandingStore(world.home).copies.iterdir())
    assert [copy.name for copy in copies] == [f"{number:08}.sqlite" for number in range(4, 14)]
    for number, copy in enumerate(copies, start=4):
        with closing(sqlite3.connect(copy)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
            assert connection.execute("SELECT count(*) FROM dump").fetchone() == (number,)
    assert len(list(LandingStore(world.home).copies.iterdir())) == recovery.COPIES  # no file of SQLite's beside them


def test_a_long_journal_becomes_one_whole_entry(past: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "_MANY", 4)
    before = tables(past.home)
    past.land()
    monkeypatch.undo()
    (entry,) = journal.entries(LandingStore(past.home)).values()
    assert entry is not None and entry.is_whole
    assert tables(past.home) == before | {"journal": [(entry.number, entry.sha256)]}
    past.home.joinpath("landed", "ledger.sqlite").unlink()
    shutil.rmtree(LandingStore(past.home).copies)
    past.land()
    assert tables(past.home) == before | {"journal": [(entry.number, entry.sha256)]}


def test_an_older_ledger_comes_forward_over_a_whole_entry(past: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "_MANY", 4)
    past.land()
    before = tables(past.home)
    shutil.copy(past.root / "older.sqlite", LandingStore(past.home).ledger)
    past.land()
    assert tables(past.home) == before


def test_a_list_of_an_unfinished_batch_that_is_torn_explains_nothing(past: World) -> None:
    store = LandingStore(past.home)
    for text in ("", "{", "[]", '{"files": 3}'):
        store.unfinished.write_text(text)
        past.land()
        assert not store.unfinished.exists()
    orphan = store.original("a" * 64)
    orphan.parent.mkdir(exist_ok=True)
    orphan.write_bytes(b"")
    with pytest.raises(ArchiveUnexplained, match="1 archived or landed files"):
        past.land()
    store.unfinished.write_text(json.dumps({"files": [orphan.relative_to(past.home).as_posix()]}))
    past.land()
    assert not orphan.exists()


def test_no_home_at_all(world: World) -> None:
    assert not pending(world.landing, world.home).is_ledger_lost
    assert receipts(world.home) == []
    with pytest.raises(UnknownDump):
        withdraw(world.home, "0" * 16, reason="r", by="b")
    assert not world.home.exists()
    assert land(world.landing, world.home).receipts == ()
