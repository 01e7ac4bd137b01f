"""Landed files, originals and the journal at an address: of an S3-compatible server on the loopback address, of a local
disk, and of a store that replaces no file."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from orchestration.address import AddressSilent, AddressUnusable, AtAddress, Store
from orchestration.audit_log import audit_entries
from orchestration.cli.setting_aside import set_rows_aside
from orchestration.lock import writer_lock
from orchestration.operations import purge
from orchestration.operations.bring_back import bring_back
from orchestration.operations.restore import RestoreRefused
from orchestration.pipeline.laid_files import (
    A_FILE,
    BY_FSSPEC,
    SPARK_STORE,
    AddressForeign,
    LaidList,
    as_spark_names_them,
    follow,
)
from orchestration.pipeline.triggers import take_up
from orchestration.release.withdraw import withdraw_dump
from orchestration.settings import Settings
from raw_landing.land import needed_files, receipts
from raw_landing.storage.landed_schema import landed_files
from tests.support.at_address import change, documented, half_written, there
from tests.support.commands import hrss
from tests.support.inbox import World, body, name

EXTRACT, RELATION = "postdoc_intake", "landed.postdoc_intake"


@pytest.fixture
def settings(world: World, address: str, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A home with two dumps, of one of which a row was refused, and an address where nothing is yet."""
    world.deliver(name(EXTRACT, "2024-04"), body(EXTRACT, "2024-04", 4, 5))
    world.land()
    monkeypatch.setenv("HRSS_STORE_AT", address)
    return Settings.of(home=world.home, landing=world.landing)


def lay(settings: Settings) -> LaidList:
    with writer_lock(settings, "test"):
        return follow(settings)


def listed(settings: Settings) -> dict[str, dict[str, Any]]:
    """What readers go by; everything that it names is there, as it says."""
    found = there(settings.store_at)
    files: dict[str, dict[str, Any]] = json.loads(found["list.json"])["files"]
    for one in files.values():
        assert hashlib.sha256(found[one["at"]]).hexdigest() == one["sha256"]
    return files


def assert_followed(settings: Settings) -> None:
    """What the home needs is listed; what is listed is there, and nothing else."""
    files = listed(settings)
    assert files.keys() == names(settings)
    assert there(settings.store_at).keys() == {one["at"] for one in files.values()} | {"list.json"}


def counting(settings: Settings) -> set[str]:
    """The names in the home of the files whose rows count, as the list has them."""
    return {inner for inner, one in listed(settings).items() if one.get("relation") == RELATION}


def names(settings: Settings) -> set[str]:
    """The files of the home from which it can be made again."""
    return {path.relative_to(settings.home).as_posix() for path in needed_files(settings.home)}


def restate(world: World, settings: Settings) -> None:
    """A row of a dump is set aside, and it is read again; the night after sweeps the reading before."""
    (dump_id,) = [one.dump_id for one in receipts(world.home) if one.path == name(EXTRACT, "2024-04")]
    set_rows_aside(settings, dump_id, [2], "wrong")
    world.land()
    world.land()


def test_an_address_has_what_the_home_needs(
    world: World, settings: Settings, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay(settings)
    files = listed(settings)
    assert files.keys() == names(settings)
    assert {world.home / inner for inner in files if not inner.startswith("archive/journal/")} == world.named_files()
    assert {inner.split("/")[0] for inner in files} == {"landed", "quarantine", "archive"}
    assert there(settings.store_at).keys() == {one["at"] for one in files.values()} | {"list.json"}
    assert {settings.home / inner for inner in counting(settings)} == {*landed_files(settings.home)[RELATION]}
    if address.startswith("file://"):
        share = Path(address.removeprefix("file://"))
        for path in (share, *share.rglob("*")):
            assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600), path
    for action in ("put", "replace", "remove", "sha256"):  # nothing is sent again, and nothing read but the list
        monkeypatch.setattr(Store, action, None)
    monkeypatch.setattr("orchestration.pipeline.laid_files.sha256", None)
    lay(settings)


def test_what_the_home_gives_up_goes_there_too(
    world: World, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = lay(settings).files
    restate(world, settings)
    world.deliver(name(EXTRACT, revision=2), body(EXTRACT, "2024-03", 7))
    world.land()
    lay(settings)
    assert before.keys() - listed(settings).keys() == {*before.keys() - names(settings)}
    gone = {before[inner].at for inner in before.keys() - names(settings)}
    assert len(gone) == 1 and not gone & there(settings.store_at).keys()
    assert counting(settings) == {p.relative_to(world.home).as_posix() for p in landed_files(world.home)[RELATION]}
    superseded, counted = (
        {inner for inner in listed(settings) if EXTRACT in inner} - counting(settings),
        counting(settings),
    )
    assert len(superseded) == 1
    (second,) = [one.dump_id for one in receipts(world.home) if one.path == name(EXTRACT, revision=2)]
    withdraw_dump(settings, second, "wrong")
    take_up(settings)
    assert counting(settings) - counted == superseded and len(counted - counting(settings)) == 1

    monkeypatch.setattr(purge, "_months_before", lambda now, months: now)
    purge.purge_overdue(settings.model_copy(update={"keep_originals_months": 1}))
    assert_followed(settings)
    assert not any(second in at for at in there(settings.store_at))


@pytest.fixture
def before(world: World, settings: Settings) -> bytes:
    """The list as it was laid before a dump was restated."""
    lay(settings)
    content = there(settings.store_at)["list.json"]
    restate(world, settings)
    return content


@pytest.mark.parametrize("broken_at", range(1, 9))
def test_broken_off_readers_keep_the_list_before(
    settings: Settings, before: bytes, monkeypatch: pytest.MonkeyPatch, broken_at: int
) -> None:
    left, is_listed = broken_at, False

    def breaks(real: Callable[..., None]) -> Callable[..., None]:
        def call(store: Store, at: str, *arguments: Any) -> None:
            nonlocal left, is_listed
            left -= 1
            if left <= 0:
                raise AddressSilent("broken off")
            real(store, at, *arguments)
            is_listed = is_listed or at == "list.json"

        return call

    monkeypatch.setattr("orchestration.pipeline.laid_files.SIDE_BY_SIDE", 1)
    with monkeypatch.context() as patched:
        for action in ("put", "replace", "remove"):
            patched.setattr(Store, action, breaks(getattr(Store, action)))
        with pytest.raises(AddressSilent, match="broken off"):
            lay(settings)
    assert is_listed == (there(settings.store_at)["list.json"] != before)
    listed_before = listed(settings)
    lay(settings)
    assert_followed(settings)
    assert is_listed == (listed(settings) == listed_before)


@pytest.mark.parametrize("address", ["memory"], indirect=True)
@pytest.mark.parametrize("name", ["unsettled.json", "list.json"])
def test_where_no_file_is_replaced_a_list_that_is_half_written_counts_for_nothing(
    settings: Settings, before: bytes, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for _ in range(2):
        with monkeypatch.context() as patched, pytest.raises(AddressSilent, match="broken off"):
            half_written(patched, name)
            lay(settings)
        assert there(settings.store_at)["list.json"] == before
        listed(settings)
    lay(settings)
    assert_followed(settings)


def test_a_list_that_cannot_be_replaced_night_after_night_stays_the_homes_own(
    world: World, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(store: Store, at: str, content: bytes) -> None:
        if at == "list.json":
            raise AddressSilent("broken off")
        replace(store, at, content)

    lay(settings)
    replace, before = Store.replace, there(settings.store_at)["list.json"]
    for revision in (2, 3, 4):
        world.deliver(name(EXTRACT, revision=revision), body(EXTRACT, "2024-03", revision))
        world.land()
        with monkeypatch.context() as patched, pytest.raises(AddressSilent):
            patched.setattr(Store, "replace", breaks)
            lay(settings)
        assert there(settings.store_at)["list.json"] == before
    lay(settings)
    assert listed(settings).keys() == names(settings)


def test_an_emptied_home_gets_everything_back(
    world: World, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    restate(world, settings)
    laid = lay(settings)
    told, rows = receipts(world.home), world.active_rows(EXTRACT)
    was = {inner: (world.home / inner).read_bytes() for inner in laid.files}
    shutil.rmtree(world.home)
    for path in [path for path in world.inbox.rglob("*") if path.is_file()]:
        path.unlink()
    assert settings.store_at is not None
    with pytest.raises(AddressForeign, match="hrss restore"):
        take_up(settings)
    done = bring_back(settings, settings.store_at)
    assert (done.files, done.damaged) == (len(was), [])
    assert done.bytes == sum(map(len, was.values()))
    assert {inner: (world.home / inner).read_bytes() for inner in was} == was
    assert not world.land().restored, "nothing had to be read again"
    assert (receipts(world.home), world.active_rows(EXTRACT)) == (told, rows)
    monkeypatch.setattr(Store, "put", None)  # nothing is sent again
    assert lay(settings).files.keys() == was.keys()
    assert bring_back(settings, settings.store_at).files == 0
    assert "files_brought_back" in {one["event"] for one in audit_entries(settings)}


def test_an_older_home_is_brought_forward(world: World, settings: Settings, tmp_path: Path) -> None:
    lay(settings)
    older = Settings.of(home=shutil.copytree(world.home, tmp_path / "older", symlinks=True))
    world.deliver(name(EXTRACT, revision=2), body(EXTRACT, "2024-03", 7))
    world.land()
    lay(settings)
    before = there(settings.store_at)
    with pytest.raises(AddressForeign):
        lay(older)
    assert there(settings.store_at) == before
    assert settings.store_at is not None
    bring_back(older, settings.store_at)
    assert receipts(older.home) == receipts(world.home)
    assert names(older) == names(settings)
    lay(older)


def test_two_pasts_are_not_mixed(world: World, settings: Settings, tmp_path: Path) -> None:
    lay(settings)
    other = World(tmp_path / "other")
    other.inbox.mkdir(parents=True)
    other.deliver(name(EXTRACT, "2024-04"), body(EXTRACT, "2024-04", 9))
    other.land()
    theirs, kept = Settings.of(home=other.home), other.files()
    assert settings.store_at is not None
    with pytest.raises(AddressForeign):
        lay(theirs)
    with pytest.raises(RestoreRefused, match="lived through different things"):
        bring_back(theirs, settings.store_at)
    assert kept <= other.files() and names(theirs).isdisjoint(names(settings) - names(theirs))


def test_what_is_damaged_there_is_refused(world: World, settings: Settings, tmp_path: Path) -> None:
    files, told, rows = lay(settings).files, receipts(world.home), world.active_rows(EXTRACT)
    (of_lost, of_rows) = told
    (lost,) = [inner for inner in files if of_lost.sha256 in inner]
    (damaged,) = [inner for inner in counting(settings) if of_rows.dump_id in inner]
    change(settings.store_at, files[damaged].at, b"PAR1 something else PAR1")
    change(settings.store_at, files[lost].at, None)
    shutil.rmtree(world.home)
    assert settings.store_at is not None
    assert bring_back(settings, settings.store_at).damaged == sorted([lost, damaged])
    assert not (world.home / lost).exists() and not (world.home / damaged).exists()
    assert not list(world.home.rglob(".part-*"))
    if not settings.store_at.startswith("memory"):  # of this process alone
        assert f"! {lost}" in hrss("restore", settings.store_at, "--home", world.home, code=1)
    assert world.land().restored == (of_rows.dump_id,)
    assert world.active_rows(EXTRACT) == rows

    (entry, *_) = sorted(inner for inner in files if "/journal/" in inner)
    change(settings.store_at, files[entry].at, b"{}")
    new = Settings.of(home=tmp_path / "new")
    with pytest.raises(AddressUnusable, match=re.escape(entry)):
        bring_back(new, settings.store_at)
    assert not names(new)
    change(settings.store_at, "list.json", b"{")
    with pytest.raises(AddressUnusable, match=r"list\.json"):
        bring_back(new, settings.store_at)


def test_what_the_home_has_lost_stays_there(world: World, settings: Settings) -> None:
    laid, rows = lay(settings).files, world.active_rows(EXTRACT)
    original, other = sorted(inner for inner in laid if inner.endswith(".gz"))
    landed = min(counting(settings))
    (world.home / original).unlink()
    (world.home / other).write_bytes(b"damaged")
    (world.home / landed).write_bytes(b"damaged")
    assert lay(settings).files == laid
    listed(settings)
    assert settings.store_at is not None
    assert bring_back(settings, settings.store_at).files == 3
    assert not world.land().restored
    assert world.active_rows(EXTRACT) == rows


@pytest.mark.usefixtures("silence")
def test_a_store_that_does_not_answer_is_made_up_for(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(AddressSilent, match="did not answer, or refused"):
        lay(settings)
    take_up(settings)  # which goes on
    assert "did not answer" in caplog.text


def test_duckdb_and_spark_are_shown_what_counts(
    world: World, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DuckDB reads the files where they stand. Spark gets one pattern that matches no others, or each."""
    world.deliver(name(EXTRACT, revision=2), body(EXTRACT, "2024-03", 7))
    world.land()
    at_home = landed_files(settings.home)
    assert as_spark_names_them(settings, at_home) == at_home
    monkeypatch.setenv(SPARK_STORE, "s3a://bucket/hrss/")
    with writer_lock(settings, "test"):
        named = as_spark_names_them(settings, at_home)
    files = json.loads(there(settings.store_at)["list.json"])["files"].values()
    counted = sorted(one["at"] for one in files if one.get("relation") == RELATION)
    folder = f"landed/{EXTRACT}"
    assert named[RELATION] == f"s3a://bucket/hrss/{folder}/{{{','.join(at.rpartition('/')[2] for at in counted)}}}"
    assert named["landed.social_card"] == []

    monkeypatch.setenv(SPARK_STORE, BY_FSSPEC)
    monkeypatch.setattr("orchestration.pipeline.laid_files.A_TASK", A_FILE)
    with writer_lock(settings, "test"):
        named = as_spark_names_them(settings, at_home)
    assert isinstance(at := named[RELATION], AtAddress)
    assert sorted(at.tasks) == [[f"{settings.store_at}/{one}"] for one in counted]
    assert named["landed.social_card"] == []

    shown = documented("list.json", settings.store_at, ("landed.employment_registration", RELATION))
    columns = "period_start::VARCHAR, revision, postdoc_no, region_code, station_name, entered_on::VARCHAR"
    query = f"SELECT {columns} FROM read_parquet(?, hive_partitioning = false) ORDER BY ALL"
    assert shown["connection"].execute(query, [shown["paths"]]).fetchall() == world.active_rows(EXTRACT)
    shown["connection"].close()


def test_nobody_is_led_out_of_the_folders(settings: Settings, tmp_path: Path) -> None:
    """Whoever may write to the store may not have files of this machine removed or written."""
    lay(settings)
    (tmp_path / "mine").write_text("mine")
    change(settings.store_at, "unsettled.json", json.dumps(["archive/../../mine"]).encode())
    with pytest.raises(AddressUnusable, match=r"unsettled\.json is damaged"):
        lay(settings)
    assert (tmp_path / "mine").exists()
    said = json.loads(there(settings.store_at)["list.json"])
    said["files"]["landed/../../mine"] = said["files"].popitem()[1]
    change(settings.store_at, "list.json", json.dumps(said).encode())
    with pytest.raises(AddressUnusable, match=r"list\.json is damaged"):
        bring_back(Settings.of(home=tmp_path / "new"), settings.store_at or "")


@pytest.mark.parametrize("address", ["s3", "file"], indirect=True)
def test_the_command_brings_back(settings: Settings, tmp_path: Path) -> None:
    lay(settings)
    new = tmp_path / "new"
    address = settings.store_at or ""
    assert "--set-aside" in hrss("restore", address, "--set-aside", "--home", new, code=64)
    assert not new.exists()
    assert f"Brought back {len(names(settings))} files" in hrss("restore", address, "--home", new)
    assert names(Settings.of(home=new)) == names(settings)
    assert "list.json" in hrss("restore", f"{address}/nothing", "--home", tmp_path / "none", code=1)
