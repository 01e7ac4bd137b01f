"""Receipts go back: what each unit is told, by whom it can be read, and when its files are written."""

from __future__ import annotations

import csv
import io
import logging
import os
import shutil
import stat
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from orchestration.alerts.check import check
from orchestration.outbox import write
from orchestration.outbox.write import write_receipts
from orchestration.pipeline.health import health
from orchestration.pipeline.triggers import rest
from orchestration.settings import Settings
from raw_landing.database import connect
from raw_landing.land import withdraw
from tests.support.faults import HARMS
from tests.support.inbox import World, body, name
from tests.support.second_user import NOBODY, by_root_only

EVENTS, PEOPLE = "postdoc_intake", "insurance_enrolment"
DAY = date(2024, 5, 20)
MARCH, APRIL = name(PEOPLE), name(PEOPLE, "2024-04")
PERSON, NUMBER = "李四光", "42010619900101001X"
REFUSED = body(PEOPLE, "2024-03", 1, 2, 3) + f"{PERSON},{NUMBER},999999,110,1,\n"


@pytest.fixture
def world(tmp_path: Path) -> World:
    """A home in which a dump loaded whole, one in part, one was rejected, and one names nobody that sent it."""
    world = World(tmp_path)
    world.inbox.mkdir(parents=True)
    world.deliver(name(EVENTS), body(EVENTS, "2024-03", 1, 2))
    world.deliver(MARCH, REFUSED)
    world.deliver(APRIL, f"姓名,号码\n{PERSON},{NUMBER}\n")
    world.deliver(f"talent/{PERSON}的表.csv", "x,y\n1,2\n")
    return world


@pytest.fixture
def tell(world: World) -> Callable[..., Settings]:
    """Land what is there and bring the outbox up to it; settings may be named."""

    def told(day: date = DAY, **chosen: object) -> Settings:
        world.land(as_of=day)
        settings = Settings.of(home=world.home, landing=world.landing).model_copy(update=chosen)
        with connect(settings.warehouse) as warehouse:
            world.show(warehouse, EVENTS, PEOPLE)
        write_receipts(settings, day)
        return settings

    return told


def rows(settings: Settings, unit: str = "420100") -> list[dict[str, str]]:
    """The table of a unit, by the English half of its header."""
    content = (settings.receipts / unit / "receipts.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf"), "Excel knows by this that it is UTF-8"
    header, *lines = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    names = [one.partition(" ")[2] for one in header]
    return [dict(zip(names, line, strict=True)) for line in lines]


def of_state(settings: Settings, state: str, unit: str = "420100") -> list[tuple[str, str]]:
    return [(row["extract"], row["period"]) for row in rows(settings, unit) if row["state in English"] == state]


def test_a_unit_is_told_what_came_what_was_refused_and_why(tell: Callable[..., Settings]) -> None:
    settings = tell()
    (refused,) = (row for row in rows(settings) if row["state in English"] == "loaded, some rows refused")
    assert (refused["reason"], refused["lines (the first few)"], refused["rows refused"]) == (
        "unknown_region",
        "5",
        "1",
    )
    assert "第 5 行" in refused["what in Chinese"] and "行政区划代码" in refused["what in Chinese"]
    assert refused["remedy in Chinese"] and refused["remedy"]
    (rejected,) = (row for row in rows(settings) if row["state in English"].startswith("rejected"))
    assert (rejected["file"], rejected["reason"]) == (APRIL, "missing_column")
    assert of_state(settings, "loaded") == [(EVENTS, "2024-03")]
    page = (settings.receipts / "420100" / "receipts.html").read_text(encoding="utf-8")
    for said in (refused["what in Chinese"], refused["what"], rejected["what in Chinese"], rejected["remedy"], APRIL):
        assert said.replace("'", "&#39;") in page
    assert page.index("报送回执: 武汉市") < page.index("Receipts: Wuhan"), "Chinese first"
    assert "default-src 'none'" in page and "<script" not in page and "src=" not in page


def test_a_page_stands_for_each_unit_the_province_and_nobodys_dumps(tell: Callable[..., Settings]) -> None:
    settings = tell()
    folders = {path.name for path in settings.receipts.iterdir()}
    assert len(folders) == 17 + 2 and {"420100", "429021", "420000", "unidentified"} <= folders
    (row,) = rows(settings, "unidentified")
    assert row["reason"] == "unidentified" and row["SHA-256"] and not row["file"]
    assert not [one for one in rows(settings, "420200") if one["dump_id"]], "another unit's dumps"


def test_nothing_of_a_person_goes_back(tell: Callable[..., Settings]) -> None:
    settings = tell()
    for file in settings.receipts.rglob("*.*"):
        text = file.read_text(encoding="utf-8")
        assert PERSON not in text and NUMBER not in text and "李" not in text, file
        assert file.stat().st_mode & 0o777 == 0o600 and file.parent.stat().st_mode & 0o777 == 0o700


def test_the_group_reads_it_where_a_setting_says_so(tell: Callable[..., Settings], tmp_path: Path) -> None:
    settings = tell(outbox=tmp_path / "share", outbox_access="group")
    page = tmp_path / "share" / "receipts" / "420100" / "receipts.html"
    assert page.stat().st_mode & 0o777 == 0o640
    assert {path.stat().st_mode & 0o777 for path in page.parents[:3]} == {0o750}
    assert not (settings.home / "outbox").exists()


@by_root_only
def test_a_share_of_somebody_else_stays_as_it_is_and_its_group_reads(
    tell: Callable[..., Settings], tmp_path: Path
) -> None:
    """Another's folder that we may write to, whose group is not ours; what stands in it is the group's, too."""
    share, group = tmp_path / "share", 4207
    share.mkdir()
    os.chown(share, NOBODY, group)
    share.chmod(0o3777)
    tell(outbox=share, outbox_access="group")
    page = share / "receipts" / "420100" / "receipts.html"
    assert stat.S_IMODE(share.stat().st_mode) == 0o3777, "it is for many"
    assert {path.stat().st_gid for path in (page, *page.parents[:2])} == {group}
    assert page.stat().st_mode & 0o777 == 0o640
    assert {stat.S_IMODE(path.stat().st_mode) for path in page.parents[:2]} == {0o2750}, "and what is laid there"
    share.chmod(0o777)  # without the mark by which what is made in it takes its group
    page.unlink()
    os.chown(page.parent, -1, 0)
    page.parent.chmod(0o750)
    tell(outbox=share, outbox_access="group")
    assert page.stat().st_gid == page.parent.stat().st_gid == group


def test_a_folder_of_one_unit_that_cannot_be_written_stops_no_other(
    tell: Callable[..., Settings], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    settings = tell()
    shutil.rmtree(settings.receipts / "420100")
    (settings.receipts / "420100").write_text("in the way", encoding="utf-8")
    shutil.rmtree(settings.receipts / "420200")
    tell()
    assert (settings.receipts / "420200" / "receipts.html").is_file()
    assert sum("420100" in line for line in caplog.text.splitlines()) == 1


def test_only_what_says_something_else_is_written(world: World, tell: Callable[..., Settings]) -> None:
    settings = tell()
    files = sorted(settings.receipts.rglob("*.*"))
    before = {file: file.stat().st_ino for file in files}
    tell(date(2024, 5, 21))
    assert {file: file.stat().st_ino for file in files} == before
    world.deliver(name(PEOPLE, "2024-04", "420200"), body(PEOPLE, "2024-04", 1).replace("420106", "420202"))
    tell(date(2024, 5, 22))
    changed = {file.parent.name for file in files if file.stat().st_ino != before[file]}
    assert changed == {"420200"}
    assert "2024-05-22" in (settings.receipts / "420200" / "receipts.html").read_text(encoding="utf-8")


def test_what_is_damaged_is_made_again(tell: Callable[..., Settings]) -> None:
    settings = tell()
    for path in (settings.receipts / "420100" / file for file in ("receipts.html", "receipts.csv")):
        before = path.read_bytes()
        for harm in HARMS:
            harm(path)
            write_receipts(settings, DAY)
            assert path.read_bytes() == before, harm.__name__


def test_a_dump_that_is_delivered_again_waits_no_more(world: World, tell: Callable[..., Settings]) -> None:
    tell()
    world.deliver(name(PEOPLE, "2024-04", revision=2), body(PEOPLE, "2024-04", 1))
    world.deliver(name(PEOPLE, revision=2), body(PEOPLE, "2024-03", 1, 2, 3))
    settings = tell()
    assert not of_state(settings, "rejected whole, to be delivered again")
    assert not of_state(settings, "loaded, some rows refused")
    assert of_state(settings, "rejected, delivered again since") == [(PEOPLE, "2024-04")]
    assert of_state(settings, "replaced by a newer revision") == [(PEOPLE, "2024-03")]
    withdraw(world.home, world.receipts()[name(PEOPLE, revision=2)].dump_id, reason="wrong month", by="somebody")
    settings = tell()
    assert of_state(settings, "withdrawn") == [(PEOPLE, "2024-03")]
    assert of_state(settings, "loaded, some rows refused") == [(PEOPLE, "2024-03")]
    assert not any("somebody" in file.read_text(encoding="utf-8") for file in settings.receipts.rglob("*.*"))


def test_old_news_is_dropped_and_what_is_open_stays(tell: Callable[..., Settings]) -> None:
    """The dumps landed today; a year and more later nothing of the spring of 2024 is told any more."""
    settings = tell()
    write_receipts(settings, date.today() + timedelta(days=800))
    assert not [row for row in rows(settings) if row["dump_id"]]
    write_receipts(settings, date(2025, 3, 1))
    assert of_state(settings, "loaded, some rows refused") == [(PEOPLE, "2024-03")]


def test_what_is_overdue_and_what_comes_next(world: World, tell: Callable[..., Settings]) -> None:
    settings = tell()
    assert of_state(settings, "overdue") == [(PEOPLE, "2024-04"), (EVENTS, "2024-04")]
    assert of_state(settings, "due next") == [(PEOPLE, "2024-05"), (EVENTS, "2024-05")]
    (due,) = (row["due on"] for row in rows(settings) if row["period"] == "2024-05" and row["extract"] == PEOPLE)
    assert due == "2024-06-15"
    assert (PEOPLE, "2024-03") in of_state(settings, "overdue", "420200")
    world.deliver(name(EVENTS, "2024-04", "420000"), body(EVENTS, "2024-04", 1))  # either: the province for all
    world.deliver(name(PEOPLE, "2024-03", "420000"), body(PEOPLE, "2024-03", 9).replace("420106", "420202"))
    settings = tell()
    assert of_state(settings, "overdue") == [(PEOPLE, "2024-04")]
    assert (PEOPLE, "2024-03") not in of_state(settings, "overdue", "420200"), "the province has rows of it"
    assert (PEOPLE, "2024-03") in of_state(settings, "overdue", "420300")


def test_a_quiet_night_tells_what_has_become_due(world: World, tell: Callable[..., Settings]) -> None:
    settings = tell(date(2024, 5, 15))
    assert not of_state(settings, "overdue", "420100")
    rest(settings, date(2024, 5, 16))
    assert of_state(settings, "overdue") == [(PEOPLE, "2024-04"), (EVENTS, "2024-04")]


def test_what_has_become_due_is_counted_and_told_though_nothing_was_published(tell: Callable[..., Settings]) -> None:
    settings = tell(date(2024, 5, 15))
    before = health(settings).late_deliveries
    rest(settings, date(2024, 5, 16))
    found = health(settings)
    overdue = {unit: of_state(settings, "overdue", unit) for unit in (one.name for one in settings.receipts.iterdir())}
    assert before is not None and found.late_deliveries == sum(map(len, overdue.values())) > before
    assert found.late_units == sum(map(bool, overdue.values())) > 1
    (told,) = (one for one in check(settings).open if one.kind == "deliveries_late")
    assert (told.facts["count"], told.facts["days"]) == (found.late_deliveries, found.most_days_late)
    settings.overdue_record.write_text('{"as_of": 3}')
    assert health(settings).late_deliveries is None, "damaged, it counts as none"


def test_an_outbox_that_cannot_be_written_stops_nothing(
    tell: Callable[..., Settings], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    with caplog.at_level(logging.WARNING, "hrss"):
        tell(outbox=tmp_path / "file")
    assert "could not be written" in caplog.text and str(tmp_path / "file") in caplog.text


def test_a_page_sets_out_some_and_counts_the_others(
    tell: Callable[..., Settings], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(write, "MOST", 1)
    page = (tell().receipts / "420100" / "receipts.html").read_text(encoding="utf-8")
    assert page.count("<article") == 2 and "Not set out here, in the table: 1" in page
