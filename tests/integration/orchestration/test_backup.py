"""Backups: what belongs in one, that nothing damaged gets in unsaid or out at all, and a home made of one."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

import pytest

from orchestration.audit_log import audit
from orchestration.errors import WrongUsage
from orchestration.home_access import RESTORING, RestoreUnfinished
from orchestration.lock import Busy, writer_lock
from orchestration.operations.backup import Backup, take_backup
from orchestration.operations.backup_store import BackupStore, BackupUnusable
from orchestration.operations.put_back import put_back
from orchestration.operations.restore import BEFORE, LATEST, RestoreRefused, restore, verify_backup
from orchestration.release.log import current_id
from orchestration.release.verify import verify
from orchestration.settings import Settings
from raw_landing.land import receipts
from raw_landing.storage.store import LandingStore, is_original
from tests.support.faults import cut, overwritten
from tests.support.inbox import World, body, name
from tests.support.publishing import publish_ungated

EXTRACT = "postdoc_intake"


@pytest.fixture
def settings(world: World) -> Settings:
    settings = Settings.of(home=world.home)
    settings.pseudonym_key.parent.mkdir(mode=0o700)
    settings.pseudonym_key.write_text("ab" * 32)
    settings.pseudonym_key.chmod(0o600)
    return settings


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "disk" / "backup"


def backup(settings: Settings, folder: Path, keep: int = 0) -> Backup:
    return take_backup(settings, folder, keep=keep, wait_minutes=0)


def original(world: World) -> Path:
    return next((world.home / "archive").glob("??/*.gz"))


def contents(home: Path) -> dict[str, bytes | str]:
    """Files and links by their names, but what a run makes again; the ledger is compared by what it says."""
    found: dict[str, bytes | str] = {}
    for path in home.rglob("*"):
        relative = path.relative_to(home)
        passing = {"landed", "quarantine", "warehouse.duckdb", "dbt", "refresh.lock", "audit.jsonl"}
        if relative.parts[0] in passing or (path.is_dir() and not path.is_symlink()):
            continue
        found[relative.as_posix()] = os.readlink(path) if path.is_symlink() else path.read_bytes()  # noqa: PTH115
    return found


def test_a_home_restored_elsewhere_is_what_it_was(settings: Settings, folder: Path, tmp_path: Path) -> None:
    done = backup(settings, folder)
    assert not done.lacking and not done.mended
    assert {"warehouse.duckdb", "landed", "quarantine", "dbt"} == set(done.left_out)
    restored = Settings.of(home=tmp_path / "other" / "home")
    made = restore(restored, folder, LATEST, set_aside=False)
    assert made.moment == done.moment and made.before is None
    assert contents(restored.home) == contents(settings.home)
    assert receipts(restored.home) == receipts(settings.home)
    assert verify(restored, str(current_id(restored))).is_intact
    assert current_id(restored) == current_id(settings)
    assert stat.S_IMODE(restored.home.stat().st_mode) == 0o700
    assert stat.S_IMODE(restored.pseudonym_key.stat().st_mode) == 0o600
    assert not (restored.home / "last_run.json").exists()


def test_the_rows_are_read_again_from_a_restored_archive(
    world: World, settings: Settings, folder: Path, tmp_path: Path
) -> None:
    backup(settings, folder)
    elsewhere = World(tmp_path / "elsewhere")
    elsewhere.inbox.mkdir(parents=True)
    restore(Settings.of(home=elsewhere.home), folder, LATEST, set_aside=False)
    landed = elsewhere.land()
    assert len(landed.restored) == 1
    files = [sorted(path.name for path in one.home.glob("landed/*/*.parquet")) for one in (world, elsewhere)]
    assert files[0] == files[1] != []


def test_a_second_backup_writes_what_is_new_and_nothing_else(world: World, settings: Settings, folder: Path) -> None:
    backup(settings, folder)
    assert len(backup(settings, folder).new) == 1  # the audit log, which says that there was one
    world.deliver(name(EXTRACT, "2024-04"), body(EXTRACT, "2024-04", 3))
    world.land()
    new = backup(settings, folder)
    assert 4 <= len(new.new) <= 5  # that, the original, an entry of the journal, the ledger and its copy, mostly one
    store = BackupStore(folder)
    first, second, third = (store.read(moment) for moment in store.snapshots())
    assert set(first.files) <= set(second.files) <= set(first.files) | {"audit.jsonl"}
    assert len(third.files) == len(second.files) + 3


def test_the_folder_is_its_owners_alone(settings: Settings, folder: Path) -> None:
    folder.mkdir(parents=True, mode=0o755)
    assert backup(settings, folder).is_closed
    open_to_others = [path for path in (folder, *folder.rglob("*")) if path.stat().st_mode & 0o077]
    assert not open_to_others


def test_old_snapshots_go_and_what_others_need_stays(world: World, settings: Settings, folder: Path) -> None:
    first = backup(settings, folder).moment
    (settings.home / "notes.txt").write_text("old")
    second = backup(settings, folder).moment
    (settings.home / "notes.txt").write_text("newer")
    third = backup(settings, folder, keep=2)
    assert third.removed == [first] and not verify_backup(folder).damaged
    (settings.home / "notes.txt").unlink()
    fourth = backup(settings, folder, keep=1)
    assert fourth.removed == [second, third.moment] and fourth.freed > len("old") + len("newer")
    assert BackupStore(folder).snapshots() == [fourth.moment] and verify_backup(folder).is_whole


def test_a_clock_set_back_costs_no_new_snapshot(
    settings: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = backup(settings, folder).moment
    store = BackupStore(folder)
    early = store.read(first).model_copy(update={"at": store.read(first).at.replace(year=2020)})
    assert store.write(early) > first


def test_what_rots_in_the_backup_is_found_and_written_anew(settings: Settings, folder: Path, tmp_path: Path) -> None:
    backup(settings, folder)
    store = BackupStore(folder)
    snapshot = store.read(store.snapshots()[0])
    marts = next(name for name in snapshot.files if name.endswith("marts.duckdb"))
    content = store.object(snapshot.files[marts].sha256)
    overwritten(content)
    os.truncate(content, snapshot.files[marts].bytes)
    with pytest.raises(BackupUnusable, match=r"1 files of the snapshot are gone or damaged \(the first: .*marts"):
        restore(Settings.of(home=tmp_path / "new"), folder, LATEST, set_aside=False)
    assert not (tmp_path / "new").exists() and not list(tmp_path.glob("new*"))
    verdict = verify_backup(folder)
    assert list(verdict.damaged) == [marts] and not verdict.is_whole
    assert set(verdict.damaged) < {marts} | set(BackupStore(folder).read(backup(settings, folder).moment).files)
    assert verify_backup(folder).is_whole


def test_a_list_that_was_changed_is_no_snapshot(settings: Settings, folder: Path, tmp_path: Path) -> None:
    moment = backup(settings, folder).moment
    (list_of_files,) = (folder / "snapshots").iterdir()
    list_of_files.write_text(list_of_files.read_text().replace("archive", "archivf"))
    assert verify_backup(folder).unreadable == [moment]
    with pytest.raises(BackupUnusable, match="the list of this snapshot is damaged"):
        restore(Settings.of(home=tmp_path / "new"), folder, moment, set_aside=False)


def test_damage_of_the_home_does_not_get_into_the_backup(world: World, settings: Settings, folder: Path) -> None:
    before = backup(settings, folder).moment
    damaged = original(world)
    sha256 = damaged.name.removesuffix(".gz")
    cut(damaged)
    marts = settings.current.resolve() / "marts.duckdb"
    overwritten(marts)
    names = sorted(path.relative_to(world.home).as_posix() for path in (damaged, marts))
    after = backup(settings, folder)
    assert sorted(after.mended) == names and not after.lacking
    store = BackupStore(folder)
    assert {one: store.read(after.moment).files[one] for one in names} == {
        one: store.read(before).files[one] for one in names
    }
    damaged.unlink()
    assert names[0] in backup(settings, folder, keep=1).mended
    assert is_original(store.object(store.read(store.snapshots()[0]).files[names[0]].sha256), sha256)


def test_what_no_snapshot_has_is_said_to_be_lost(world: World, settings: Settings, folder: Path) -> None:
    original(world).unlink()
    lost = backup(settings, folder).lacking
    assert len(lost) == 1 and lost[0].startswith("archive/")


def test_the_ledger_is_copied_while_somebody_writes_to_it(settings: Settings, folder: Path, tmp_path: Path) -> None:
    import sqlite3

    ledger = sqlite3.connect(LandingStore(settings.home).ledger, isolation_level=None)
    ledger.execute("PRAGMA journal_mode = WAL")
    ledger.execute("UPDATE version SET number = 4711")  # stands in the log beside the file alone
    backup(settings, folder)
    ledger.close()
    restored = Settings.of(home=tmp_path / "new")
    restore(restored, folder, LATEST, set_aside=False)
    copy = sqlite3.connect(LandingStore(restored.home).ledger)
    assert copy.execute("SELECT number FROM version").fetchone() == (4711,)
    copy.close()


def test_a_file_that_changes_while_it_is_copied_is_copied_again(
    settings: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    restless, add = settings.home / "error.log", BackupStore.add
    restless.write_text("0")
    times = [1, 2]

    def changing(self: BackupStore, source: Path, known: set[str]) -> tuple[str, int, bool]:
        copied = add(self, source, known)
        if source == restless and times:
            restless.write_text("x" * times.pop())
        return copied

    monkeypatch.setattr(BackupStore, "add", changing)
    moment = backup(settings, folder).moment
    assert BackupStore(folder).read(moment).files["error.log"].bytes == len(restless.read_text()) == 1
    times += range(2, 9)
    with pytest.raises(BackupUnusable, match="changed again and again"):
        restless.write_text("begin")
        backup(settings, folder)


def test_no_backup_while_a_run_writes(settings: Settings, folder: Path) -> None:
    with writer_lock(settings, "hrss refresh"), pytest.raises(Busy, match="hrss refresh"):
        backup(settings, folder)
    with BackupStore(folder).lock(), pytest.raises(BackupUnusable, match="another backup"):
        backup(settings, folder)


def test_a_backup_belongs_elsewhere(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="lies within the home"):
        backup(settings, settings.home / "backup")
    with pytest.raises(BackupUnusable, match="holds other files"):
        backup(settings, settings.home.parent)
    with pytest.raises(WrongUsage, match="no such home"):
        backup(Settings.of(home=tmp_path / "nowhere"), tmp_path / "backup")


def test_a_home_in_use_is_not_restored_over(settings: Settings, folder: Path, tmp_path: Path) -> None:
    moment = backup(settings, folder).moment
    (settings.home / "since.txt").write_text("since")
    with pytest.raises(RestoreRefused, match="is not empty; nothing was changed"):
        restore(settings, folder, moment, set_aside=False)
    with writer_lock(settings, "hrss refresh"), pytest.raises(Busy):
        restore(settings, folder, moment, set_aside=True)
    made = restore(settings, folder, moment, set_aside=True)
    assert made.before is not None and (made.before / "since.txt").read_text() == "since"
    assert not (settings.home / "since.txt").exists() and current_id(settings)
    assert not list(settings.home.parent.glob("*.restoring"))
    with pytest.raises(BackupUnusable, match=f"There are: {moment}"):
        restore(Settings.of(home=tmp_path / "new"), folder, "20200101T000000", set_aside=False)


def test_releases_share_the_bytes_that_they_shared(settings: Settings, folder: Path, tmp_path: Path) -> None:
    second = publish_ungated(settings).release_id
    first = sorted(path.name for path in settings.releases.iterdir())[0]
    same = [settings.releases / release / "exports" / "same.txt" for release in (first, second)]
    for path in same:
        path.parent.chmod(0o755)
        path.write_text("the same")
    backup(settings, folder)
    restored = Settings.of(home=tmp_path / "new")
    restore(restored, folder, LATEST, set_aside=False)
    assert (restored.releases / first / "exports" / "same.txt").stat().st_nlink == 2


def test_readers_get_into_a_restored_release_whatever_the_mask(
    settings: Settings, folder: Path, tmp_path: Path
) -> None:
    release = settings.releases / str(current_id(settings))
    backup(settings, folder)
    restored = Settings.of(home=tmp_path / "new")
    mask = os.umask(0o077)
    try:
        restore(restored, folder, LATEST, set_aside=False)
        shutil.rmtree(settings.current.resolve() / "exports")
        name = (release / "exports" / "release.txt").relative_to(settings.home).as_posix()
        assert put_back(settings, folder, name)
    finally:
        os.umask(mask)
    for home in (restored, settings):
        folders = [home.published, *(path for path in home.published.rglob("*") if path.is_dir())]
        assert len(folders) > 4 and {path.stat().st_mode & 0o777 for path in folders} == {0o755}
    assert restored.home.stat().st_mode & 0o777 == 0o700


def test_killed_between_two_names_no_empty_home_is_made(settings: Settings, folder: Path) -> None:
    backup(settings, folder)
    settings.home.with_name(f"{settings.home.name}{RESTORING}").mkdir()
    audit(settings, "run_started")
    settings.home.rename(settings.home.with_name(f"{settings.home.name}{BEFORE}20260101T000000"))
    with pytest.raises(RestoreUnfinished, match="Run hrss restore again"), writer_lock(settings, "hrss refresh"):
        pass
    with pytest.raises(RestoreUnfinished):
        audit(settings, "run_started")
    assert not settings.home.exists()
    restore(settings, folder, LATEST, set_aside=False)
    assert verify(settings, str(current_id(settings))).is_intact
    (settings.home / RESTORING).mkdir()  # as on a file system of its own
    with pytest.raises(RestoreUnfinished), writer_lock(settings, "hrss refresh"):
        pass


def test_a_home_that_cannot_be_put_in_place_leaves_the_one_before(
    settings: Settings, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup(settings, folder)
    current, renamed = current_id(settings), Path.rename

    def fail(path: Path, goal: Path) -> Path:
        if path.name.endswith(RESTORING):
            raise OSError("no")
        return renamed(path, goal)

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(OSError, match="no"):
        restore(settings, folder, LATEST, set_aside=True)
    assert current_id(settings) == current
    assert [path.name for path in settings.home.parent.glob(f"{settings.home.name}*")] == [settings.home.name]


def test_nothing_is_pruned_that_is_being_read(settings: Settings, folder: Path, tmp_path: Path) -> None:
    moment = backup(settings, folder).moment
    with BackupStore(folder).lock():
        with pytest.raises(BackupUnusable, match="another backup is being"):
            verify_backup(folder)
        with pytest.raises(BackupUnusable, match="another backup is being"):
            restore(Settings.of(home=tmp_path / "new"), folder, moment, set_aside=False)
    assert verify_backup(folder).is_whole
