"""Releases at an address: of an S3-compatible server on the loopback address, of a local disk, and of a store that
replaces no file."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest
from fsspec.implementations.memory import MemoryFileSystem
from fsspec.registry import _registry as loaded_stores

from orchestration.address import AddressSilent, AddressUnusable, Store
from orchestration.files import sha256
from orchestration.lock import writer_lock
from orchestration.pipeline.triggers import take_up
from orchestration.release.at_address import follow
from orchestration.release.folder import ReleaseFolder
from orchestration.release.log import current_id, prune, reconcile, release_ids
from orchestration.release.pointer import write_pointer
from orchestration.release.rollback import roll_back
from orchestration.settings import Settings
from tests.support.at_address import documented, half_written, there
from tests.support.publishing import publish_ungated


@pytest.fixture
def settings(three: Path, tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A home with three releases, and an address where nothing is yet."""
    monkeypatch.setenv("HRSS_RELEASES_AT", f"{address}/published")
    settings = Settings.of(home=shutil.copytree(three, tmp_path / "home", symlinks=True))
    with writer_lock(settings, "test"):
        reconcile(settings)
    return settings


def here(settings: Settings) -> dict[str, bytes]:
    """What a home has for its readers: the releases, and the file that names the current one."""
    found = (path for path in settings.releases.rglob("*") if path.is_file())
    files = {path.relative_to(settings.published).as_posix(): path.read_bytes() for path in found}
    return files | {"current.json": settings.pointer.read_bytes()}


def test_an_address_has_what_the_home_has(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    follow(settings)
    assert there(settings.releases_at) == here(settings)
    if (address := settings.releases_at or "").startswith("file://"):
        share = Path(address.removeprefix("file://"))
        for path in (share, *share.rglob("*")):
            assert path.stat().st_mode & 0o777 == (0o755 if path.is_dir() else 0o644), path
    first, _, last = release_ids(settings)
    roll_back(settings, first, "a test of the address")
    assert json.loads(there(settings.releases_at)["current.json"])["release_id"] == first
    roll_back(settings, last, "a test of the address")
    publish_ungated(settings)
    with writer_lock(settings, "test"):
        reconcile(settings)
        prune(settings.model_copy(update={"keep_releases": 2}))
    take_up(settings)
    assert len(release_ids(settings)) == 2
    assert there(settings.releases_at) == here(settings)
    monkeypatch.setattr(Store, "put", None)  # nothing is sent again
    monkeypatch.setattr(Store, "replace", None)
    follow(settings)


def test_duckdb_reads_what_stands_at_an_address(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database once it is copied; Parquet where it stands."""
    follow(settings)
    monkeypatch.chdir(tmp_path)  # where mine.duckdb is put
    shown, table = documented("current.json", settings.releases_at), tmp_path / "table.parquet"
    query = "SELECT * FROM {} ORDER BY ALL"
    with shown["release"] as connection:
        rows = connection.execute(query.format("fct_indicator_value")).fetchall()
        connection.execute(f"COPY fct_indicator_value TO '{table}'")
    assert rows
    assert settings.releases_at is not None
    Store.at(settings.releases_at).put("exports/table.parquet", table, sha256(table))
    with duckdb.connect() as connection:
        connection.register_filesystem(shown["system"])
        at = f"{settings.releases_at}/exports/table.parquet"
        assert connection.execute(query.format(f"read_parquet('{at}')")).fetchall() == rows


@pytest.mark.parametrize("broken_at", [1, 2, 5])
def test_broken_off_readers_keep_a_whole_release(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, broken_at: int
) -> None:
    follow(settings)
    before = there(settings.releases_at)
    publish_ungated(settings)
    with writer_lock(settings, "test"):
        reconcile(settings)
    left = broken_at

    def breaks(real: Any) -> Any:
        def call(store: Store, *arguments: Any) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                raise AddressSilent("broken off")
            real(store, *arguments)

        return call

    steps = len(ReleaseFolder.current(settings).read_manifest()["files"]) + 2
    left = min(broken_at, steps) if broken_at < 5 else steps
    with monkeypatch.context() as patched:
        patched.setattr(Store, "put", breaks(Store.put))
        patched.setattr(Store, "replace", breaks(Store.replace))
        with pytest.raises(AddressSilent, match="broken off"):
            follow(settings)
    assert left == 0
    found = there(settings.releases_at)
    assert {name: found[name] for name in before} == before
    follow(settings)
    assert there(settings.releases_at) == here(settings)


@pytest.mark.parametrize("address", ["memory"], indirect=True)
def test_where_no_file_is_replaced_readers_have_the_pointer_before_or_the_new_one(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also those that listed what is there just before; half a pointer is passed over."""
    first, second, _ = release_ids(settings)
    follow(settings)
    before, store = there(settings.releases_at)["current.json"], Store.at(settings.releases_at or "")
    with monkeypatch.context() as patched, pytest.raises(AddressSilent, match="broken off"):
        half_written(patched, "current.json")
        roll_back(settings, first, "a test of the address")
    assert there(settings.releases_at)["current.json"] == before == store.read("current.json")
    listed = store.names("", r"current\.json\..*")
    follow(settings)
    assert json.loads(store.read("current.json") or b"")["release_id"] == first
    assert len(store.names("", r"current\.json\..*") & listed) == 1, "the one before, and not the half"
    roll_back(settings, second, "a test of the address")
    assert len(store.names("", r"current\.json\..*")) == 2
    store.drop("current.json")
    assert store.read("current.json") is None and not store.names("", r"current\.json.*")


def test_what_arrives_otherwise_is_not_published(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    follow(settings)
    before = there(settings.releases_at)["current.json"]
    publish_ungated(settings)
    with writer_lock(settings, "test"):
        reconcile(settings)
    marts = ReleaseFolder.current(settings).marts
    marts.chmod(0o644)
    marts.write_bytes(marts.read_bytes()[:-1] + b"x")
    with pytest.raises(AddressSilent, match=r"marts\.duckdb arrived as something else"):
        follow(settings)
    assert there(settings.releases_at)["current.json"] == before


@pytest.mark.usefixtures("silence")
def test_a_store_that_does_not_answer_is_made_up_for(settings: Settings, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(AddressSilent, match="did not answer, or refused"):
        follow(settings)
    take_up(settings)  # which goes on
    assert "did not answer" in caplog.text


def test_the_pointer_goes_with_the_last_release(settings: Settings) -> None:
    follow(settings)
    settings.current.unlink()
    write_pointer(settings, None)
    assert current_id(settings) is None
    follow(settings)
    assert "current.json" not in there(settings.releases_at)


@pytest.mark.parametrize("address", ["http://host/x", "zip://x", "data://x", "nothing://x", "memory:x"])
def test_a_store_that_cannot_be_written_is_refused(address: str) -> None:
    with pytest.raises(AddressUnusable, match=address) as refused:
        Store.at(address)
    assert not isinstance(refused.value, AddressSilent)


@pytest.mark.parametrize("address", ["memory"], indirect=True)
def test_a_store_that_lacks_what_is_needed_is_refused(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def lacks(*_: object) -> None:
        raise NotImplementedError  # as fsspec does for what a store has no way to do

    monkeypatch.setattr(MemoryFileSystem, "pipe_file", lacks)
    with pytest.raises(AddressUnusable, match="not written") as refused:
        Store.at(address).replace("current.json", b"{}")
    assert not isinstance(refused.value, AddressSilent)


def test_a_store_that_is_connected_to_at_once_may_be_silent() -> None:
    with pytest.raises(AddressSilent, match="did not answer"):
        Store.at("ftp://127.0.0.1:9/x")


def test_a_missing_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "s3fs", None)
    monkeypatch.delitem(loaded_stores, "s3", raising=False)
    with pytest.raises(AddressUnusable, match=r"requirements-storage\.lock"):
        Store.at("s3://bucket/x")


@pytest.mark.parametrize("name", ["home", "landing", "outbox"])
def test_an_address_is_no_path(name: str) -> None:
    for value in ("s3://bucket/x", Path("s3://bucket/x"), "hdfs://n/x"):
        with pytest.raises(ValueError, match="not an address"):
            Settings.model_validate({name: value})
