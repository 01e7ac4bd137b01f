"""`hrss scrub`: every kind of damage is noticed, what a night can make again is thrown away for it, and a share at a
time looks at everything."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from orchestration.cli.scrub import parse_share
from orchestration.errors import WrongUsage
from orchestration.lock import Busy, writer_lock
from orchestration.operations import scrub as operations
from orchestration.operations.scrub import scrub
from orchestration.pipeline.health import health
from orchestration.pipeline.triggers import pending_triggers
from orchestration.scrub_record import open_damage, scrub_record
from orchestration.settings import Settings
from raw_landing.database import connect
from tests.support.faults import cut, emptied, gone
from tests.support.inbox import World, body, name

EXTRACT = "postdoc_intake"


@pytest.fixture
def settings(world: World) -> Settings:
    return Settings.of(home=world.home, landing=world.landing)


def flipped(file: Path) -> None:
    """One bit of it is another, and nobody has written to it: what a disk does."""
    facts, content = file.stat(), bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.chmod(0o644)
    file.write_bytes(content)
    os.utime(file, ns=(facts.st_atime_ns, facts.st_mtime_ns))


KINDS = {
    "original": "archive/??/*.gz",
    "rows": "landed/*/*.parquet",
    "refused rows": "quarantine/*.parquet",
    "journal": "archive/journal/*.jsonl",
    "ledger": "landed/ledger.sqlite",
    "copy of the ledger": "archive/ledger/*.sqlite",
    "release": "published/releases/*/exports/release.txt",
}
"""By kind, a file of it."""


def of_kind(settings: Settings, kind: str) -> Path:
    return next(settings.home.glob(KINDS[kind]))


@pytest.mark.parametrize(
    ("kind", "harm"),
    [
        *(("original", harm) for harm in (cut, flipped, gone)),
        *(("refused rows", harm) for harm in (flipped, gone)),
        *(("release", harm) for harm in (flipped, gone)),
        ("journal", flipped),
        ("ledger", cut),  # SQLite keeps no checksums: a bit within is found by nobody
        ("copy of the ledger", cut),
    ],
)
def test_damage_is_noticed(settings: Settings, kind: str, harm: Callable[[Path], None]) -> None:
    assert not scrub(settings).damaged
    assert health(settings).damaged_files == 0
    harm(of_kind(settings, kind))
    found = scrub(settings)
    assert len(found.damaged) == 1
    seen = health(settings)
    assert seen.state == "failed" and any("hrss scrub found 1 files" in en for _, en in seen.reasons)
    assert seen.damaged_files == 1


@pytest.mark.parametrize("harm", [gone, emptied, flipped])
def test_damaged_rows_are_read_again_by_the_next_night(
    world: World, settings: Settings, harm: Callable[[Path], None]
) -> None:
    scrub(settings)
    rows, file = world.active_rows(EXTRACT), of_kind(settings, "rows")
    harm(file)
    found = scrub(settings)
    assert found.discarded == ([] if harm is gone else [file.relative_to(settings.home).as_posix()])
    assert not file.exists() and open_damage(settings)
    assert any("read again" in one.en for one in pending_triggers(settings, date(2024, 5, 1)))
    assert world.land().restored
    assert world.active_rows(EXTRACT) == rows
    assert not open_damage(settings)
    assert not any("read again" in one.en for one in pending_triggers(settings, date(2024, 5, 1)))
    assert not scrub(settings).damaged


def test_rows_that_somebody_changed_are_noticed_though_they_can_be_read(settings: Settings) -> None:
    file = of_kind(settings, "rows")
    scrub(settings)
    with connect() as connection:
        connection.execute(f"CREATE TABLE t AS FROM '{file}'; UPDATE t SET station_name = 'x'; COPY t TO '{file}'")
    assert scrub(settings).discarded == [file.relative_to(settings.home).as_posix()]


def test_rows_written_anew_are_the_same_rows(settings: Settings) -> None:
    file = of_kind(settings, "rows")
    scrub(settings)
    with connect() as connection:
        connection.execute(f"CREATE TABLE t AS FROM '{file}' ORDER BY ALL DESC; COPY t TO '{file}' (COMPRESSION gzip)")
    assert not scrub(settings).damaged


def test_rows_whose_original_is_lost_too_are_kept(settings: Settings) -> None:
    scrub(settings)
    for kind in ("rows", "original"):
        cut(of_kind(settings, kind))
    found = scrub(settings)
    assert len(found.damaged) == 2 and not found.discarded
    assert of_kind(settings, "rows").exists()


def test_nothing_is_thrown_away_while_a_run_writes(settings: Settings) -> None:
    scrub(settings)
    file = of_kind(settings, "rows")
    cut(file)
    with writer_lock(settings, "hrss refresh"):
        assert not scrub(settings).discarded and file.exists()
    assert not any("read again" in one.en for one in pending_triggers(settings, date(2024, 5, 1)))
    assert scrub(settings, share=1e-9).discarded and not file.exists()


def test_a_share_at_a_time_looks_at_everything(world: World, settings: Settings) -> None:
    for month in (4, 5, 6):
        world.deliver(name(EXTRACT, f"2024-0{month}"), body(EXTRACT, f"2024-0{month}", month))
    world.land()
    first = scrub(settings, share=1e-9)
    assert first.files == 1 and first.oldest is None
    seen = {name for name, look in scrub_record(settings).looks.items()}
    for _ in range(first.all_files - 1):
        found = scrub(settings, share=1e-9)
        looked = set(scrub_record(settings).looks)
        assert found.files == 1 and len(looked - seen) == 1
        seen = looked
    assert found.oldest is not None and len(seen) == first.all_files
    assert scrub(settings, minutes=1e-9).files == 1


def test_what_is_put_right_is_damaged_no_more(settings: Settings) -> None:
    file = of_kind(settings, "original")
    content = file.read_bytes()
    cut(file)
    assert list(scrub(settings).damaged) == [file.relative_to(settings.home).as_posix()]
    assert open_damage(settings)
    file.write_bytes(content)
    assert not open_damage(settings)
    assert not scrub(settings, share=1e-9).damaged, "what was damaged is looked at first"


def test_the_scheduled_job_fails_where_something_is_damaged(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from orchestration.defs.upkeep import scrub_every_night, scrub_files

    monkeypatch.setenv("HRSS_HOME", str(settings.home))
    assert scrub_every_night.job is scrub_files and scrub_every_night.cron_schedule == "30 4 * * *"
    for _ in range(8):
        assert scrub_files.execute_in_process(raise_on_error=False).success
    assert len(scrub_record(settings).looks) == 5, "everything within a week"
    cut(of_kind(settings, "original"))
    results = [scrub_files.execute_in_process(raise_on_error=False) for _ in range(8)]
    assert not results[-1].success
    assert not (settings.dagster_home / "storage").exists(), "nothing is kept of what a step returns"


def test_one_scrub_at_a_time(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another one meanwhile would write its record over what this one has found."""
    cut(of_kind(settings, "original"))
    look = operations.is_original

    def another(path: Path, sha256: str) -> bool:
        with pytest.raises(Busy, match="another scrub is at work"):
            scrub(settings)
        return look(path, sha256)

    monkeypatch.setattr(operations, "is_original", another)
    assert scrub(settings).damaged and scrub_record(settings).damaged
    monkeypatch.undo()
    assert scrub(settings).damaged


def test_a_share_is_a_share(tmp_path: Path) -> None:
    assert (parse_share("1/7"), parse_share("0.2"), parse_share("1")) == (1 / 7, 0.2, 1)
    for text in ("0", "7", "a seventh", "1/0", "-1"):
        with pytest.raises(WrongUsage):
            parse_share(text)
    with pytest.raises(WrongUsage, match="no such home"):
        scrub(Settings.of(home=tmp_path / "none"))
