"""What lies in the inbox, seen by stat alone."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

import raw_landing
from raw_landing.errors import InboxUnreachable, LandingError, LedgerUnusable
from raw_landing.fingerprint import READERS, current_rules
from raw_landing.intake import inbox
from raw_landing.intake.identify import SUFFIXES
from raw_landing.intake.inbox import Kind, pending, settled, survey
from raw_landing.ledger.records import Dump, FileStat
from raw_landing.ledger.store import Ledger
from tests.support.inbox import World, name

BODY = "a,b\n1,2\n"


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path)
    world.inbox.mkdir(parents=True)
    (world.home / "landed").mkdir(parents=True)
    return world


def paths(world: World) -> list[str]:
    return [seen.path for seen in survey(world.inbox)[0]]


def record(world: World, *, unreadable: bool = False) -> None:
    """Put what lies in the inbox on the ledger, as a landing would."""
    with Ledger.open(world.home, create=True) as ledger:
        file_stats = [
            FileStat(seen.path, *seen.file_stat, unreadable=unreadable, dump_id="0" * 16)
            for seen in survey(world.inbox)[0]
        ]
        ledger.commit([], file_stats)


def test_dumps_are_told_from_what_is_left_alone(world: World) -> None:
    dumps = ["a.csv", "b.txt", "c.csv.gz", "d.txt.gz", "e.xlsx", "UPPER.CSV", "sub/deep/er/f.csv", "..g.csv.h.csv"]
    others = [
        "a.csv.part",
        "a.csv.tmp",
        ".hidden.csv",
        "a.pdf",
        "a.zip",
        "a.csv.manifest.json",
        "csv",
        "x.gz",
        "y.tmp/z.csv",
    ]
    for path in (*dumps[:-1], "g..csv", *others):
        world.deliver(path, BODY)
    assert paths(world) == sorted([*dumps[:-1], "g..csv"])


def test_the_suffixes_are_those_that_reading_knows() -> None:
    assert set(inbox.DUMPS) == set(SUFFIXES)


def test_new_then_known_then_changed_then_vanished(world: World) -> None:
    file = world.deliver(name("postdoc_intake"), BODY)
    assert [seen.path for seen in pending(world.landing, world.home).new] == [name("postdoc_intake")]
    record(world)
    assert not pending(world.landing, world.home)
    world.deliver(name("postdoc_intake"), BODY + "3,4\n")
    assert [seen.size for seen in pending(world.landing, world.home).new] == [len(BODY) + 4]
    record(world)
    file.unlink()
    found = pending(world.landing, world.home)
    assert not found
    assert found.vanished == (name("postdoc_intake"),)


def test_a_manifest_that_arrives_changes_or_goes_is_a_new_look(world: World) -> None:
    world.deliver("x.csv", BODY)
    record(world)
    manifest = world.manifest("x.csv", revision=2)
    assert len(pending(world.landing, world.home).new) == 1
    record(world)
    assert not pending(world.landing, world.home)
    world.manifest("x.csv", revision=3, age=30)
    assert len(pending(world.landing, world.home).new) == 1
    record(world)
    manifest.unlink()
    assert len(pending(world.landing, world.home).new) == 1


def test_the_fingerprint_names_what_is_new(world: World) -> None:
    world.deliver("x.csv", BODY)
    first = pending(world.landing, world.home).fingerprint
    assert pending(world.landing, world.home).fingerprint == first
    world.deliver("y.csv", BODY)
    assert pending(world.landing, world.home).fingerprint != first


def test_a_file_written_a_moment_ago_is_growing(world: World) -> None:
    world.deliver("old.csv", BODY)
    world.deliver("young.csv", BODY, age=0)
    world.deliver("of a clock ahead.csv", BODY, age=-3600)
    world.deliver("young manifest.csv", BODY)
    world.manifest("young manifest.csv", age=0, revision=1)
    found = pending(world.landing, world.home)
    assert [seen.path for seen in found.new] == ["of a clock ahead.csv", "old.csv"]
    assert [seen.path for seen in found.ahead] == ["of a clock ahead.csv"]
    assert [seen.path for seen in found.growing] == ["young manifest.csv", "young.csv"]


def test_a_file_dated_in_the_future_is_landed_once_a_second_look_finds_it_still(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    still, moves = name("postdoc_intake"), name("postdoc_intake", "2024-04")
    for path in (still, moves):
        world.deliver(path, BODY, age=-3600)
    monkeypatch.setattr(time, "sleep", lambda seconds: world.deliver(moves, BODY * 2, age=-3600))
    landed = world.land()
    assert [receipt.path for receipt in landed.receipts] == [still]
    assert [left.path for left in landed.left] == [moves]
    assert [seen.path for seen in pending(world.landing, world.home).ahead] == [moves]


def test_growing_files_get_a_second_look(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in ("done.csv", "moves.csv", "goes.csv"):
        world.deliver(path, BODY, age=0)

    def meanwhile(seconds: float) -> None:
        assert seconds <= 2
        world.deliver("moves.csv", BODY * 2, age=0)
        (world.inbox / "goes.csv").unlink()

    monkeypatch.setattr(time, "sleep", meanwhile)
    still, growing = settled(pending(world.landing, world.home).growing, world.inbox)
    assert [seen.path for seen in still] == ["done.csv"]
    assert [seen.path for seen in growing] == ["goes.csv", "moves.csv"]


def test_links_pipes_and_sockets_are_known_for_what_they_are(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    outside = tmp_path / "secret.csv"
    outside.write_text(BODY)
    inside = world.deliver("inside.csv", BODY)
    for link, target in {
        "out.csv": outside,
        "nowhere.csv": tmp_path / "nothing",
        "loop.csv": world.inbox / "loop.csv",
        "alias.csv": inside,
        "up.csv": Path("../../secret.csv"),
    }.items():
        (world.inbox / link).symlink_to(target)
    (world.inbox / "folder").symlink_to(tmp_path)
    os.mkfifo(world.inbox / "pipe.csv")
    with socket.socket(socket.AF_UNIX) as unix:
        monkeypatch.chdir(world.inbox)  # a socket's path is short
        unix.bind("socket.csv")
    seen, left = survey(world.inbox)
    assert {one.path: one.kind for one in seen} == {
        "inside.csv": Kind.FILE,
        "alias.csv": Kind.FILE,
        "out.csv": Kind.LINK,
        "up.csv": Kind.LINK,
        "nowhere.csv": Kind.LINK,
        "loop.csv": Kind.LINK,
        "pipe.csv": Kind.SPECIAL,
        "socket.csv": Kind.SPECIAL,
    }
    assert [one.path for one in left] == ["folder"]


def test_a_name_of_an_old_system_is_text(world: World) -> None:
    raw = os.fsencode(world.inbox) + b"/" + "博士后进站_武汉市_2024年3月.csv".encode("gb18030")
    with open(raw, "w") as file:  # noqa: PTH123 - a name that is no UTF-8
        file.write(BODY)
    assert paths(world) == ["博士后进站_武汉市_2024年3月.csv"]


def test_an_unreadable_file_is_pending_again_once_it_may_be_read(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.deliver("x.csv", BODY)
    record(world, unreadable=True)
    assert pending(world.landing, world.home).new
    monkeypatch.setattr(os, "access", lambda *_: False)
    assert not pending(world.landing, world.home)


def test_changed_rules_make_landed_dumps_stale(world: World) -> None:
    rules = current_rules()
    with Ledger.open(world.home, create=True) as ledger:
        facts = {"sha256": "0" * 64, "size": 1, "manifest": None, "manifest_sha256": None, "look": "0" * 8}
        for number, (extract, hashed) in enumerate(
            [
                ("social_card", rules.of("social_card")),
                ("social_card", "before"),
                (None, rules.everything),
                (None, None),
            ]
        ):
            dump = Dump(dump_id=str(number), path=str(number), rules=hashed, extract=extract, accepted=False, **facts)
            ledger.commit([dump], [])
    assert pending(world.landing, world.home).stale == 1


def test_the_rules_follow_contract_seeds_and_code(tmp_path: Path) -> None:
    contracts, seeds, package = (tmp_path / name for name in ("contracts", "seeds", "package"))
    for path in (
        contracts / "s" / "a.yml",
        contracts / "s" / "b.yml",
        seeds / "regions.csv",
        seeds / "region_aliases.csv",
        package / "parsing" / "reader.py",
        package / "land.py",
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("1")
    before = current_rules(contracts, seeds, package)
    assert before.of("a") != before.of("b")
    assert before.of(None) == before.of("unheard") == before.everything
    (package / "land.py").write_text("2")
    assert current_rules(contracts, seeds, package) == before
    (contracts / "s" / "a.yml").write_text("2")
    after = current_rules(contracts, seeds, package)
    assert (after.of("a") != before.of("a"), after.of("b") == before.of("b")) == (True, True)
    assert after.everything != before.everything
    for path in (seeds / "regions.csv", package / "parsing" / "reader.py"):
        last = current_rules(contracts, seeds, package)
        path.write_text("2")
        assert current_rules(contracts, seeds, package).of("b") != last.of("b")


def test_every_reader_of_the_rules_is_there() -> None:
    package = Path(raw_landing.__file__).parent
    assert [pattern for pattern in READERS if not list(package.glob(pattern))] == []


def test_without_an_inbox_there_is_one_clear_sentence(world: World) -> None:
    world.inbox.rmdir()
    with pytest.raises(InboxUnreachable, match=r"inbox: No such file or directory; connect the share"):
        pending(world.landing, world.home)


def test_a_ledger_that_is_none_is_named(world: World) -> None:
    (world.home / "landed" / "ledger.sqlite").write_bytes(b"no database" * 100)
    with pytest.raises(LedgerUnusable, match=r"ledger\.sqlite: the ledger is gone, damaged or .* put .* back"):
        pending(world.landing, world.home)


def test_a_ledger_of_a_newer_program_is_not_touched(world: World) -> None:
    import sqlite3

    with Ledger.open(world.home, create=True):
        pass
    with sqlite3.connect(world.home / "landed" / "ledger.sqlite") as connection:
        connection.execute("PRAGMA user_version = 99")
    with pytest.raises(LandingError, match="newer program"):
        pending(world.landing, world.home)


def test_to_look_at_four_thousand_files_opens_none_and_imports_nothing_heavy(world: World) -> None:
    for number in range(2000):
        world.deliver(f"employment/{number % 20}/{number}.csv", "x", rows=1)
    record(world)
    opened: list[str] = []
    watching = [True]
    sys.addaudithook(lambda event, of: opened.append(str(of[0])) if event == "open" and watching else None)
    assert not pending(world.landing, world.home)
    watching.clear()
    assert not [file for file in opened if str(world.inbox) in file]
    code = (
        "import sys, raw_landing.intake.inbox; print([m for m in ('duckdb', 'pydantic', 'yaml') if m in sys.modules])"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert out.strip() == "[]"
