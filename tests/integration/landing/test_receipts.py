"""What becomes of dumps: statuses, receipts, archive and active rows, through the real reading."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
import shutil
import threading
import zipfile
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from raw_landing import fingerprint, landing_run
from raw_landing import land as landing_module
from raw_landing.errors import ArchiveDamaged, UnknownDump
from raw_landing.intake.inbox import pending
from raw_landing.land import receipts, withdraw
from raw_landing.parsing import xlsx as workbooks
from raw_landing.parsing.types import Request
from raw_landing.progress import Progress
from raw_landing.storage.landed_schema import quarantine
from raw_landing.storage.store import LandingStore
from tests.support.inbox import World, body, name

EXTRACT = "postdoc_intake"
MARCH = name(EXTRACT)
FIRST, SECOND = body(EXTRACT, "2024-03", 1, 2), body(EXTRACT, "2024-03", 3)


def values(world: World) -> list[str]:
    """The keys of the active rows."""
    return [row[2] for row in world.active_rows(EXTRACT)]


def test_a_dump_becomes_rows_a_receipt_and_archived_bytes(world: World) -> None:
    file = world.deliver(MARCH, FIRST, submitted_by="武汉市人社局", synthetic=True, as_of="2024-04-02")
    before = file.stat()
    landed = world.land()
    assert landed.by_status == {"loaded": 1}
    (receipt,) = landed.receipts
    sha256 = hashlib.sha256(FIRST.encode()).hexdigest()
    assert receipt.dump_id == hashlib.sha256(f"{MARCH}\0{sha256}".encode()).hexdigest()[:16]
    assert (receipt.path, receipt.sha256, receipt.bytes) == (MARCH, sha256, len(FIRST.encode()))
    assert (receipt.period_start, receipt.period_end) == (date(2024, 3, 1), date(2024, 3, 31))
    assert (receipt.unit_code, receipt.revision, receipt.sampling_fraction) == ("420100", 1, 1.0)
    assert (receipt.rows_read, receipt.rows_loaded, receipt.rows_refused) == (2, 2, 0)
    assert (receipt.as_of, receipt.is_synthetic, receipt.submitted_by) == (date(2024, 4, 2), True, "武汉市人社局")
    assert world.active_rows(EXTRACT) == [
        ("2024-03-01", 1, "B1", "420106", "站1", "2024-03-05"),
        ("2024-03-01", 1, "B2", "420106", "站2", "2024-03-05"),
    ]
    assert world.original(sha256) == FIRST.encode()
    assert world.files() == world.named_files()
    assert (file.read_text(), file.stat().st_mtime_ns) == (FIRST, before.st_mtime_ns)


def test_a_second_run_has_nothing_to_do(world: World) -> None:
    world.deliver(MARCH, FIRST)
    world.land()
    version = pending(world.landing, world.home).ledger_version
    assert not pending(world.landing, world.home)
    assert world.land().receipts == ()
    assert pending(world.landing, world.home).ledger_version == version


def test_a_touched_file_of_the_same_content_changes_no_receipt(world: World) -> None:
    file = world.deliver(MARCH, FIRST)
    world.land()
    (before,) = receipts(world.home)
    os.utime(file, (1, 1))
    assert world.land().receipts == ()
    assert receipts(world.home) == [before]
    assert not pending(world.landing, world.home)


@pytest.mark.parametrize("one_run", [True, False], ids=["one run", "one run each"])
@pytest.mark.parametrize(
    ("deliveries", "expected", "active"),
    [
        ([("", FIRST), ("__r2", SECOND)], ["superseded", "loaded"], ["B3"]),
        ([("__r2", SECOND), ("", FIRST)], ["loaded", "superseded"], ["B3"]),
        ([("", FIRST), ("__r2", FIRST)], ["superseded", "loaded"], ["B1", "B2"]),
        ([("", FIRST), ("__r2", SECOND), ("__r3", FIRST)], ["superseded", "superseded", "loaded"], ["B1", "B2"]),
        ([("", FIRST), ("__r2", "no,header\n1,2\n")], ["loaded", "rejected"], ["B1", "B2"]),
    ],
    ids=["revised", "late", "same content revised", "there and back", "a rejected revision"],
)
def test_revisions(
    world: World, one_run: bool, deliveries: list[tuple[str, str]], expected: list[str], active: list[str]
) -> None:
    paths = [MARCH.replace(".csv", f"{end}.csv") for end, _ in deliveries]
    for path, (_, content) in zip(paths, deliveries, strict=True):
        world.deliver(path, content)
        if not one_run:
            world.land()
    world.land()
    statuses = world.statuses()
    assert [statuses[path] for path in paths] == expected
    assert values(world) == active


def test_of_several_new_equal_ones_the_first_by_path_is_the_original(world: World) -> None:
    for folder in ("z", "a", "m"):
        world.deliver(f"talent/{folder}/{MARCH.split('/')[1]}", FIRST)
    world.land()
    assert [(one.path.split("/")[1], one.status) for one in receipts(world.home)] == [
        ("a", "loaded"),
        ("m", "duplicate"),
        ("z", "duplicate"),
    ]
    duplicate = receipts(world.home)[1]
    assert (duplicate.rows_loaded, duplicate.rows_read, duplicate.rows_refused) == (0, 0, 0)
    assert "talent/a/" in duplicate.message_zh
    assert values(world) == ["B1", "B2"]


def test_an_earlier_original_stays_the_original(world: World) -> None:
    world.deliver(MARCH, FIRST)
    world.land()
    world.deliver(f"talent/a/{MARCH.split('/')[1]}", FIRST)
    landed = world.land()
    assert [(one.path[:9], one.status) for one in landed.receipts] == [("talent/a/", "duplicate")]
    world.land(again=True)
    assert world.statuses()[MARCH] == "loaded"


def test_two_contents_of_one_revision_whatever_the_order(world: World, tmp_path: Path) -> None:
    greater, smaller = sorted([FIRST, SECOND], key=lambda text: hashlib.sha256(text.encode()).hexdigest())[::-1]
    other = World(tmp_path / "other")
    for one, order in ((world, (greater, smaller)), (other, (smaller, greater))):
        for folder, content in zip("ab", order, strict=True):
            one.deliver(f"talent/{folder}/{MARCH.split('/')[1]}", content)
            one.land()
        by_content = {receipt.sha256: receipt for receipt in one.receipts().values()}
        active = by_content[hashlib.sha256(greater.encode()).hexdigest()]
        passive = by_content[hashlib.sha256(smaller.encode()).hexdigest()]
        assert (active.status, "same_revision" in active.warnings) == ("loaded", False)
        assert (passive.status, "same_revision" in passive.warnings) == ("superseded", True)
        assert passive.rows_loaded > 0
        assert "新的修订号" in passive.message_zh
    assert values(world) == values(other)


def test_new_content_under_a_path_is_a_new_dump_and_the_old_one_stays(world: World) -> None:
    world.deliver(MARCH, FIRST)
    world.land()
    world.deliver(MARCH, SECOND, age=30)
    world.land()
    found = receipts(world.home)
    assert len({one.dump_id for one in found}) == len(found) == 2
    assert {one.path for one in found} == {MARCH}
    assert sorted(one.status for one in found) == ["loaded", "superseded"]
    world.deliver(MARCH, FIRST, age=10)
    assert world.land().receipts == ()
    assert len(receipts(world.home)) == 2


def test_what_left_the_inbox_stays_landed(world: World) -> None:
    world.deliver(MARCH, FIRST)
    world.land()
    (world.inbox / MARCH).unlink()
    world.land()
    world.land(again=True)
    assert values(world) == ["B1", "B2"]


def test_a_manifest_that_arrives_late_lets_a_rejected_dump_load(world: World) -> None:
    world.deliver("talent/what is this.csv", FIRST)
    (rejected,) = world.land().receipts
    assert (rejected.status, rejected.reasons, rejected.extract) == ("rejected", ("unidentified",), None)
    assert rejected.message_zh
    world.manifest("talent/what is this.csv", extract=EXTRACT, period="2024-03", unit="420100", revision=2)
    (loaded,) = world.land().receipts
    assert (loaded.dump_id, loaded.status, loaded.revision) == (rejected.dump_id, "loaded", 2)
    assert loaded.landed_at > rejected.landed_at
    (world.inbox / "talent/what is this.csv.manifest.json").unlink()
    (again,) = world.land().receipts
    assert (again.status, again.landed_at) == ("rejected", rejected.landed_at)
    assert len(receipts(world.home)) == 1
    assert values(world) == []


def test_a_manifest_that_changes_moves_a_dump(world: World) -> None:
    april = name(EXTRACT, "2024-04")
    world.deliver(MARCH, FIRST, revision=2)
    world.deliver(april, body(EXTRACT, "2024-04", 9), period="2024-04")
    world.land()
    world.manifest(MARCH, age=30, revision=1, sampling_fraction=0.5)
    landed = world.land()
    assert [(one.path, one.revision, one.sampling_fraction) for one in landed.receipts] == [(MARCH, 1, 0.5)]
    with world.warehouse() as warehouse:
        query = (
            "SELECT DISTINCT revision, sampling_fraction FROM landed.postdoc_intake WHERE period_start = '2024-03-01'"
        )
        assert warehouse.execute(query).fetchall() == [(1, 0.5)]


def test_when_the_original_becomes_another_dump_its_duplicate_takes_its_place(world: World) -> None:
    copy = f"talent/z/{MARCH.split('/')[1]}"
    world.deliver(MARCH, FIRST)
    world.deliver(copy, FIRST)
    world.land()
    world.manifest(MARCH, rows=17)
    landed = world.land()
    assert {one.path: one.status for one in landed.receipts} == {MARCH: "rejected", copy: "loaded"}
    assert values(world) == ["B1", "B2"]
    (world.inbox / f"{MARCH}.manifest.json").unlink()
    world.land()
    assert world.statuses() == {MARCH: "duplicate", copy: "loaded"}


def test_a_true_zero(world: World) -> None:
    world.deliver(MARCH, FIRST.splitlines()[0] + "\n", rows=0)
    (receipt,) = world.land().receipts
    assert (receipt.status, receipt.rows_loaded) == ("loaded", 0)
    with world.warehouse() as warehouse:
        assert warehouse.execute("SELECT is_zero, rows_loaded FROM landed.dump").fetchall() == [(True, 0)]


@pytest.mark.parametrize("suffix", [".csv.gz", ".txt", ".TXT.GZ", ".xlsx"])
def test_other_kinds_of_files(world: World, suffix: str) -> None:
    content: bytes = FIRST.encode()
    if suffix.lower().endswith(".gz"):
        content = gzip.compress(content)
    if suffix == ".xlsx":
        content = workbook(FIRST)
    world.deliver(MARCH.removesuffix(".csv") + suffix, content)
    (receipt,) = world.land().receipts
    assert (receipt.status, receipt.bytes) == ("loaded", len(content))
    assert receipt.sha256 == hashlib.sha256(content).hexdigest()
    assert world.original(receipt.sha256) == content
    assert values(world) == ["B1", "B2"]
    world.land(again=True)
    assert values(world) == ["B1", "B2"]


def workbook(text: str) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for line in text.splitlines():
        sheet.append(line.split(","))
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def test_refused_rows_stand_in_quarantine_with_the_dumps_that_count(world: World) -> None:
    dirty = body(EXTRACT, "2024-03", *range(1, 41)) + "B99,999999,站,2024-03-05,\n"
    world.deliver(MARCH, dirty)
    world.deliver(MARCH.replace(".csv", "__r2.csv"), dirty + "B100,420106,站,2024-03-06,\n")
    world.deliver(f"talent/z/{MARCH.split('/')[1]}", dirty)
    world.deliver(name(EXTRACT, "2024-04"), "postdoc_no,id_number,region_code,entered_on\nX,,999999,2024-04-01\n")
    world.land()
    assert sorted(world.statuses().values()) == ["duplicate", "loaded", "rejected", "superseded"]
    with world.warehouse() as warehouse:
        unequal = warehouse.execute(
            "SELECT path FROM quality.landing_receipt AS receipt WHERE rows_refused <> (SELECT count(*) FROM"
            " quality.quarantine AS refused WHERE refused.dump_id = receipt.dump_id)"
        ).fetchall()
        assert unequal == []
        rows = warehouse.execute("SELECT line_number, reasons, original FROM quality.quarantine").fetchall()
    assert rows == [(42, ["unknown_region"], "B99,999999,站,2024-03-05,")] * 2
    assert len(quarantine(world.home)) == 2
    loaded = world.receipts()[MARCH.replace(".csv", "__r2.csv")]
    (file,) = quarantine(world.home, loaded.dump_id)
    assert file.name.startswith(loaded.dump_id)


def test_one_bad_dump_never_stops_the_others(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outside = tmp_path / "secret.csv"
    outside.write_text(FIRST)
    world.deliver(MARCH, FIRST)
    (world.inbox / "talent" / "link.csv").symlink_to(outside)
    os.mkfifo(world.inbox / "talent" / "pipe.csv")
    world.deliver("talent/empty.csv", "")
    world.deliver("nowhere.csv", FIRST)
    world.deliver(name(EXTRACT, "2024-04"), body(EXTRACT, "2024-04", 5))
    world.deliver("talent/'; DROP TABLE dump; --\n\u202e😀.csv", FIRST)
    world.deliver("talent/a[1]*?.csv", FIRST, extract=EXTRACT, period="2024-03", unit="420200")
    world.deliver("talent/sidecar.csv", FIRST)
    (world.inbox / "talent" / "sidecar.csv.manifest.json").symlink_to(outside)
    real = landing_run.read_dumps

    def fails_on_april(requests: Sequence[Request], **named: Any) -> Any:
        if any(request.identity and request.identity.period_start.month == 4 for request in requests):
            raise RuntimeError("inner error")
        return real(requests, **named)

    monkeypatch.setattr(landing_run, "read_dumps", fails_on_april)
    world.land()
    odd = "talent/'; DROP TABLE dump; --\n\u202e😀.csv"
    unidentified = ("talent/empty.csv", "nowhere.csv", odd, "talent/sidecar.csv")
    found = {path: (one.status, one.reasons) for path, one in world.receipts().items()}
    assert found == {
        MARCH: ("loaded", ()),
        "talent/a[1]*?.csv": ("rejected", ("too_many_refused",)),
        "talent/link.csv": ("rejected", ("hostile",)),
        "talent/pipe.csv": ("rejected", ("hostile",)),
        name(EXTRACT, "2024-04"): ("rejected", ("hostile",)),
        **dict.fromkeys(unidentified, ("rejected", ("unidentified",))),
    }
    assert all(one.message_zh and one.message_en for one in world.receipts().values() if one.status == "rejected")
    assert values(world) == ["B1", "B2"]
    assert not pending(world.landing, world.home)
    assert world.files() == world.named_files()


def test_an_unreadable_dump_is_told_and_taken_up_once_it_may_be_read(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = world.deliver(MARCH, FIRST)
    real = os.open
    with monkeypatch.context() as patched:

        def refuse(path: Any, *arguments: Any, **named: Any) -> int:
            if str(path) == str(file):
                raise PermissionError(13, "Permission denied", str(path))
            return real(path, *arguments, **named)

        patched.setattr(os, "open", refuse)
        patched.setattr(os, "access", lambda path, mode: str(path) != str(file))
        (receipt,) = world.land().receipts
        assert (receipt.status, receipt.reasons, receipt.bytes) == ("rejected", ("hostile",), 0)
        assert "权限" in receipt.message_zh
        assert not pending(world.landing, world.home)
    world.land()
    assert world.statuses() == {MARCH: "loaded"}


def test_a_file_that_moves_while_it_is_read_is_left_for_the_next_run(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.deliver(MARCH, FIRST)
    real = os.read

    def replaced(descriptor: int, count: int) -> bytes:
        chunk = real(descriptor, count)
        world.deliver("talent/new.part", SECOND).rename(world.inbox / MARCH)
        return chunk

    with monkeypatch.context() as patched:
        patched.setattr(os, "read", replaced)
        landed = world.land()
        assert [(one.path, one.en) for one in landed.left] == [(MARCH, "it changed while it was read")]
        assert landed.receipts == ()
    world.land()
    assert values(world) == ["B3"]


def test_a_growing_file_is_left_alone(world: World) -> None:
    stop = threading.Event()
    file = world.deliver(MARCH, FIRST, age=0)

    def write() -> None:
        with file.open("a") as growing:
            while not stop.wait(0.1):
                growing.write("B,420106,,2024-03-01,\n")
                growing.flush()

    writer = threading.Thread(target=write)
    writer.start()
    world.deliver(name(EXTRACT, "2024-04"), body(EXTRACT, "2024-04", 5))
    try:
        landed = world.land()
    finally:
        stop.set()
        writer.join()
    assert [(one.path, one.en) for one in landed.left] == [(MARCH, "it is still being written")]
    assert [one.path for one in landed.receipts] == [name(EXTRACT, "2024-04")]


def test_what_changed_rules_reach_is_read_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.deliver(MARCH, FIRST)
    world.deliver(name("urban_employed_stock", "2024-Q1"), body("urban_employed_stock", "2024-Q1", 4))
    world.deliver("talent/nothing.csv", FIRST)
    world.land()
    before = {one.path: one for one in receipts(world.home)}
    rules = fingerprint.current_rules()
    changed = fingerprint.Rules(rules.by_extract | {EXTRACT: "f" * 64}, "e" * 64)
    monkeypatch.setattr(landing_module, "current_rules", lambda: changed)
    landed = world.land()
    assert [one.path for one in landed.receipts] == ["talent/nothing.csv", MARCH]
    assert {one.path: one for one in receipts(world.home)} == before  # the time of the first landing too
    assert world.land().receipts == ()
    assert world.files() == world.named_files()


def test_a_hostile_workbook_is_told_the_others_land_and_it_is_judged_again_when_its_bounds_change(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    april, may = (name(EXTRACT, period).replace(".csv", ".xlsx") for period in ("2024-04", "2024-05"))
    world.deliver(MARCH, FIRST)
    world.deliver(april, workbook(body(EXTRACT, "2024-04", 5)))
    content = workbook(body(EXTRACT, "2024-05", 6))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    corner = "<row r='1048576'><c r='XFD1048576'><v>1</v></c></row></sheetData>"
    world.deliver(may, with_part(content, "xl/worksheets/sheet1.xml", sheet.replace("</sheetData>", corner)))
    with monkeypatch.context() as patched:
        patched.setattr(workbooks, "SECONDS", 0.0)
        world.land()
    found = {path: (one.status, one.reasons) for path, one in world.receipts().items()}
    hostile = ("rejected", ("hostile",))
    assert found == {MARCH: ("loaded", ()), april: hostile, may: hostile}
    assert world.land().receipts == ()  # nothing changed, nothing is read again
    package = tmp_path / "package"
    shutil.copytree(
        Path(fingerprint.__file__).parent, package, ignore=shutil.ignore_patterns("sample", "inbox", "__pycache__")
    )
    assert fingerprint.current_rules(package=package) == fingerprint.current_rules()
    module = package / "parsing" / "xlsx.py"
    module.write_text(
        module.read_text(encoding="utf-8").replace("SECONDS = 300.0", "SECONDS = 301.0"), encoding="utf-8"
    )
    monkeypatch.setattr(landing_module, "current_rules", lambda: fingerprint.current_rules(package=package))
    world.land()
    assert world.statuses() == {MARCH: "loaded", april: "loaded", may: "rejected"}
    assert "范围过大" in world.receipts()[may].message_zh and "reaches too far" in world.receipts()[may].message_en


def with_part(content: bytes, part: str, text: str) -> bytes:
    """A workbook with another text in one of its parts."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for one in old.namelist():
            new.writestr(one, text if one == part else old.read(one))
    return target.getvalue()


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, {MARCH, name(EXTRACT, "2024-04"), name("urban_employed_stock", "2024-Q1"), "talent/nothing.csv"}),
        ({"extracts": [EXTRACT]}, {MARCH, name(EXTRACT, "2024-04")}),
        ({"period": "2024-03"}, {MARCH}),
        ({"period": "2024-Q1"}, {name("urban_employed_stock", "2024-Q1")}),
        ({"period": "2024", "extracts": [EXTRACT]}, {MARCH, name(EXTRACT, "2024-04")}),
        ({"period": "202"}, set()),
        ({"extracts": []}, set()),
    ],
)
def test_chosen_dumps_land_again_from_the_archive(world: World, options: dict[str, Any], expected: set[str]) -> None:
    world.deliver(MARCH, FIRST)
    world.deliver(name(EXTRACT, "2024-04"), body(EXTRACT, "2024-04", 5))
    world.deliver(name("urban_employed_stock", "2024-Q1"), body("urban_employed_stock", "2024-Q1", 4), revision=2)
    world.deliver("talent/nothing.csv", FIRST)
    world.land()
    for file in world.inbox.rglob("*.csv*"):
        file.unlink()
    before, rows = receipts(world.home), values(world)
    assert {one.path for one in world.land(again=True, **options).receipts} == expected
    assert (receipts(world.home), values(world)) == (before, rows)


def test_a_damaged_archive_is_mended_from_the_inbox_or_told(world: World) -> None:
    file = world.deliver(MARCH, FIRST)
    (receipt,) = world.land().receipts
    archived = LandingStore(world.home).original(receipt.sha256)
    for damage in (b"", archived.read_bytes()[:-9], b"rubbish", gzip.compress(SECOND.encode())):
        archived.write_bytes(damage)
        world.land(again=True)
        assert world.original(receipt.sha256) == FIRST.encode()
    archived.unlink()
    file.unlink()
    with pytest.raises(ArchiveDamaged, match="deliver the same file again"):
        world.land(again=True)
    assert values(world) == ["B1", "B2"]
    world.deliver(MARCH, FIRST)
    world.land(again=True)
    assert world.original(receipt.sha256) == FIRST.encode()


def test_a_withdrawn_dump_gives_way_to_the_revision_before(world: World) -> None:
    revised = MARCH.replace(".csv", "__r2.csv")
    world.deliver(MARCH, FIRST)
    world.deliver(revised, SECOND)
    world.land()
    version = pending(world.landing, world.home).ledger_version
    changed = withdraw(world.home, world.receipts()[revised].dump_id, reason="报错单位", by="张工")
    assert {one.path: one.status for one in changed} == {MARCH: "loaded", revised: "rejected"}
    receipt = world.receipts()[revised]
    assert (receipt.reasons, receipt.rows_loaded) == (("withdrawn",), 0)
    assert "报错单位" in receipt.message_zh
    assert "报错单位" in receipt.message_en
    assert "张工" not in receipt.message_zh + receipt.message_en
    with world.warehouse() as warehouse:
        query = "SELECT withdrawn_by, withdrawn_reason, withdrawn_at IS NOT NULL FROM quality.landing_receipt"
        assert warehouse.execute(f"{query} ORDER BY path").fetchall() == [
            (None, None, False),
            ("张工", "报错单位", True),
        ]
    assert values(world) == ["B1", "B2"]
    assert pending(world.landing, world.home).ledger_version > version
    world.deliver(f"talent/again/{revised.split('/')[1]}", SECOND)
    world.land()
    world.land(again=True)
    assert values(world) == ["B1", "B2"]
    assert "修订号" in world.receipts()[f"talent/again/{revised.split('/')[1]}"].message_zh
    world.deliver(MARCH.replace(".csv", "__r3.csv"), SECOND)
    world.land()
    assert values(world) == ["B3"]


def test_a_free_name_is_published_nowhere(world: World) -> None:
    private = "talent/张三13900001111.csv"
    copy, revised = name(EXTRACT), name(EXTRACT, revision=2)
    world.deliver(private, FIRST, extract=EXTRACT, period="2024-03", unit="420100")
    world.land()
    world.deliver(copy, FIRST)
    world.land()
    assert world.statuses() == {private: "loaded", copy: "duplicate"}
    hashed = hashlib.sha256(private.encode()).hexdigest()
    assert world.receipts()[private].public_path == hashed
    assert world.receipts()[copy].public_path == copy
    assert hashed in world.receipts()[copy].message_zh
    world.deliver(revised, SECOND)
    world.land()
    assert revised in world.receipts()[private].message_en
    with world.warehouse() as warehouse:
        columns = "* EXCLUDE (path, submitted_by)"
        published = warehouse.execute(f"SELECT {columns} FROM quality.landing_receipt").fetchall()
    assert len(published) == 3
    assert not any(secret in str(published) for secret in ("张三", "13900001111"))


def test_the_path_of_an_unidentified_dump_is_not_published(world: World) -> None:
    world.deliver(MARCH, FIRST, period="某月")
    (receipt,) = world.land().receipts
    assert receipt.reasons == ("unidentified",)
    assert receipt.public_path == hashlib.sha256(MARCH.encode()).hexdigest()


def test_only_what_was_accepted_can_be_withdrawn(world: World) -> None:
    world.deliver("talent/nothing.csv", FIRST)
    (receipt,) = world.land().receipts
    for dump_id in (receipt.dump_id, "f" * 16):
        with pytest.raises(UnknownDump, match="receipt"):
            withdraw(world.home, dump_id, reason="r", by="b")


def test_progress_tells_how_far_it_is(world: World) -> None:
    world.deliver(MARCH, FIRST)
    world.deliver(name(EXTRACT, "2024-04"), body(EXTRACT, "2024-04", 5))
    world.deliver(name("urban_employed_stock", "2024-Q1"), body("urban_employed_stock", "2024-Q1", 4))
    told: list[Progress] = []
    landed = world.land(progress=told.append)
    assert [(one.done, one.total, one.rows) for one in told] == [(2, 3, 3), (3, 3, 4)]
    assert 0 < told[0].share < told[-1].share == 1 and told[0].left > told[-1].left == 0
    assert landed.metadata(EXTRACT) == {"dumps": 2, "dumps_loaded": 2, "rows_loaded": 3, "rows_refused": 0}
    assert landed.metadata("social_card")["dumps"] == 0
    assert landed.metadata("landing_receipt")["dumps"] == 3


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """So that a run has several transactions."""
    monkeypatch.setattr(landing_run, "BATCH_DUMPS", 2)
    yield


def test_a_batch_is_prepared_while_the_one_before_it_is_read(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first is read only once the second has been prepared; read one by one in vain, it would be hostile."""
    monkeypatch.setattr(landing_run, "BATCH_DUMPS", 1)
    names = [name(EXTRACT, f"2024-{month:02d}") for month in (3, 4, 5)]
    for month, file in zip((3, 4, 5), names, strict=True):
        world.deliver(file, body(EXTRACT, f"2024-{month:02d}", month))
    prepared = {month: threading.Event() for month in (3, 4, 5)}
    really_prepare, really_read = landing_run.prepare_dumps, landing_run.read_dumps

    def month_of(requests: Sequence[Request]) -> int:
        assert requests[0].identity is not None
        return requests[0].identity.period_start.month

    def prepare(requests: Sequence[Request], **named: Any) -> Any:
        done = really_prepare(requests, **named)
        prepared[month_of(requests)].set()
        return done

    def read(requests: Sequence[Request], **named: Any) -> Any:
        following = prepared.get(month_of(requests) + 1)
        if following is not None and not following.wait(timeout=60):
            raise RuntimeError("the next batch waits for this one")
        return really_read(requests, **named)

    monkeypatch.setattr(landing_run, "prepare_dumps", prepare)
    monkeypatch.setattr(landing_run, "read_dumps", read)
    world.land()
    assert world.statuses() == dict.fromkeys(names, "loaded")
    assert len(world.active_rows(EXTRACT)) == 3


def test_a_dump_of_a_period_to_come_is_judged_again_when_it_has_come(world: World) -> None:
    april = name(EXTRACT, "2024-04")
    world.deliver(april, body(EXTRACT, "2024-04", 1, 2))
    for day in (date(2024, 3, 31), date(2024, 3, 31)):
        world.land(as_of=day)
        receipt = world.receipts()[april]
        assert (receipt.status, receipt.reasons, receipt.rows_loaded) == ("rejected", ("future_period",), 0)
        assert world.active_rows(EXTRACT) == []
    world.land(as_of=date(2024, 4, 1))
    receipt = world.receipts()[april]
    assert (receipt.status, receipt.reasons, receipt.rows_loaded) == ("loaded", (), 2)
    assert len(world.active_rows(EXTRACT)) == 2
    world.land(as_of=date(2024, 3, 31))  # what has been accepted stays
    assert world.statuses() == {april: "loaded"}


@pytest.mark.parametrize("fraction", [1e-6, 0, 1.5, -1])
def test_a_sampling_fraction_out_of_range_rejects_the_dump(world: World, fraction: float) -> None:
    world.deliver(MARCH, body(EXTRACT, "2024-03", 1, 2), sampling_fraction=fraction)
    world.land()
    receipt = world.receipts()[MARCH]
    assert (receipt.status, receipt.reasons, receipt.sampling_fraction) == (
        "rejected",
        ("fraction_out_of_range",),
        None,
    )
    world.manifest(MARCH, sampling_fraction=0.1)
    world.land()
    assert world.statuses() == {MARCH: "loaded"}
    assert world.receipts()[MARCH].sampling_fraction == 0.1
