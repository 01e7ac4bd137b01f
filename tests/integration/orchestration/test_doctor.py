"""`hrss doctor`: each thing that can be wrong is found, nothing is changed unasked, and what can be put right is."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from orchestration.cli.views.doctor import as_json, as_text
from orchestration.files import write_json
from orchestration.lock import Busy, Holder, holder, writer_lock
from orchestration.operations import diagnoses, surroundings
from orchestration.operations.backup import take_backup
from orchestration.operations.diagnoses import look_at_home
from orchestration.operations.doctor import Diagnosis, diagnose, repair
from orchestration.operations.restore import LATEST, restore
from orchestration.operations.scrub import scrub
from orchestration.operations.surroundings import look_around
from orchestration.release.log import current_event, current_id, history, release_ids
from orchestration.release.rollback import roll_back
from orchestration.release.verify import verify
from orchestration.restricted.pseudonyms import current_key, rotate_key
from orchestration.settings import WUHAN, Settings
from raw_landing.storage.store import LandingStore
from tests.support.faults import cut, gone, overwritten
from tests.support.inbox import World, body, name
from tests.support.publishing import publish_ungated


@pytest.fixture
def settings(world: World, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A home with two releases and a key, closed; no variable of the tests' own is set."""
    for variable in [one for one in os.environ if one.startswith("HRSS_")]:
        monkeypatch.delenv(variable)
    settings = Settings.of(home=world.home, landing=world.landing)
    publish_ungated(settings)
    shutil.rmtree(settings.home / "project")  # of `publish_ungated`
    settings.pseudonym_key.parent.mkdir(mode=0o700)
    settings.pseudonym_key.write_text("ab" * 32)
    settings.work_list.touch()
    for path in (settings.home, *settings.home.iterdir()):
        path.chmod(path.stat().st_mode & 0o700 if path != settings.published else 0o755)
    return settings


def kinds(found: Diagnosis) -> list[str]:
    return [one.kind for one in found.findings]


def release_file(settings: Settings) -> Path:
    """A file of the older release."""
    return settings.releases / release_ids(settings)[0] / "exports" / "release.txt"


def original(settings: Settings) -> Path:
    return next(settings.home.glob("archive/??/*.gz"))


def dead_process() -> int:
    with subprocess.Popen(["true"]) as process:
        return process.pid


def open_home(settings: Settings) -> None:
    settings.home.chmod(0o755)


def open_folder(settings: Settings) -> None:
    (settings.home / "archive").chmod(0o755)


def leave_lock(settings: Settings) -> None:
    write_json(settings.lock_file.with_suffix(".json"), {"pid": dead_process(), "started_by": "x", "since": "y"})


def leave_spill(settings: Settings) -> None:
    (settings.home / "spill-999999999").mkdir(mode=0o700)


def lose_link(settings: Settings) -> None:
    settings.current.unlink()


def lead_nowhere(settings: Settings) -> None:
    settings.current.unlink()
    settings.current.symlink_to("releases/20000101-01")


def tear_history(settings: Settings) -> None:
    settings.history.write_text(settings.history.read_text() + '{"at": ')


def lose_ledger(settings: Settings) -> None:
    LandingStore(settings.home).ledger.unlink()


def damage_current(settings: Settings) -> None:
    overwritten(settings.current.resolve() / "marts.duckdb")


def lose_pointer(settings: Settings) -> None:
    settings.pointer.unlink()


REPAIRED: dict[str, tuple[Callable[[Settings], None], list[str]]] = {
    "home open": (open_home, ["home_open"]),
    "folder open": (open_folder, ["home_open"]),
    "lock left": (leave_lock, ["lock_left"]),
    "leftovers": (leave_spill, ["leftovers"]),
    "link lost": (lose_link, ["link_lost"]),
    "link to nowhere": (lead_nowhere, ["link_lost"]),
    "pointer lost": (lose_pointer, ["pointer_differs"]),
    "history torn": (tear_history, ["history_damaged"]),
    "ledger lost": (lose_ledger, ["ledger_lost"]),
}


def test_a_home_that_is_well(settings: Settings) -> None:
    found = diagnose(settings)
    assert found.findings == () and found.is_well
    assert "Nothing is wrong." in as_text(found, is_repair=False)
    assert repair(settings).findings == ()


@pytest.mark.parametrize("which", REPAIRED)
def test_what_is_wrong_is_found_and_put_right(settings: Settings, which: str) -> None:
    harm, expected = REPAIRED[which]
    current = current_id(settings)
    harm(settings)
    found = diagnose(settings)
    assert kinds(found) == expected and not found.is_well
    assert kinds(diagnose(settings)) == expected, "looking changes nothing"
    assert "hrss doctor --repair puts right" in as_text(found, is_repair=False)
    mended = repair(settings)
    assert kinds(mended) == expected and mended.is_well and not mended.failures
    assert "✓ 已修复 / put right: " in as_text(mended, is_repair=True)
    assert (
        json.loads(as_json(mended))["findings"][0] | {"repaired": True, "kind": expected[0]}
        in json.loads(as_json(mended))["findings"]
    )
    assert diagnose(settings).findings == ()
    assert current_id(settings) == current and verify(settings, str(current)).is_intact


def test_readers_of_a_damaged_release_are_sent_to_a_whole_one(settings: Settings) -> None:
    first, second = release_ids(settings)
    damage_current(settings)
    assert kinds(diagnose(settings)) == ["release_damaged", "current_damaged"]
    mended = repair(settings)
    assert current_id(settings) == first and not mended.is_well, "the file is damaged still"
    assert [kind for kind, _ in mended.repaired] == ["current_damaged"]
    event = current_event(history(settings))
    assert event is not None and (event["from"], event["to"], event["event"]) == (second, first, "rolled_back")


def taken_back(settings: Settings) -> tuple[str, str, str]:
    """Three releases: the newest was taken back, so that readers have the second."""
    project = settings.home / "project"
    publish_ungated(settings)
    shutil.rmtree(project)
    first, second, third = release_ids(settings)
    roll_back(settings, second, "the third is wrong")
    return first, second, third


@pytest.mark.parametrize("is_record_whole", [True, False])
@pytest.mark.parametrize("harm", [damage_current, lose_link])
def test_nobody_is_sent_to_a_release_that_was_taken_back(
    settings: Settings, harm: Callable[[Settings], None], is_record_whole: bool
) -> None:
    first, second, third = taken_back(settings)
    if not is_record_whole:
        tear_history(settings)
    harm(settings)
    repair(settings)
    assert current_id(settings) == (first if harm is damage_current else second)
    assert release_ids(settings) == [first, second, third]


def test_where_no_older_release_is_whole_people_decide(settings: Settings) -> None:
    first, second, _ = taken_back(settings)
    overwritten(settings.releases / first / "marts.duckdb")
    damage_current(settings)
    found = repair(settings)
    assert current_id(settings) == second and "choose a release yourself" in as_text(found, is_repair=True)


def test_what_a_run_changes_between_look_and_repair_stands(settings: Settings, tmp_path: Path) -> None:
    """A night publishes; another prunes."""
    backup = tmp_path / "backup"
    take_backup(settings, backup, keep=0, wait_minutes=0)
    pruned = settings.releases / release_ids(settings)[0]
    cut(pruned / "exports" / "release.txt")
    damage_current(settings)
    looked = [one for one in look_at_home(settings, None) if one.repair]
    looked += [one for one in look_at_home(settings, backup) if one.kind == "release_damaged"]
    made = publish_ungated(settings).release_id
    shutil.rmtree(pruned)
    for one in looked:
        assert one.repair is not None
        one.repair()
    assert current_id(settings) == made and not pruned.exists()


def test_files_are_put_back_from_a_backup(settings: Settings, tmp_path: Path) -> None:
    backup = tmp_path / "backup"
    take_backup(settings, backup, keep=0, wait_minutes=0)
    contents = {path: path.read_bytes() for path in (original(settings), release_file(settings))}
    for path in contents:
        cut(path)
    settings.pseudonym_key.write_text("damaged")
    damage_current(settings)
    scrub(settings)
    found = repair(settings)
    assert sorted(kinds(found)) == [
        *("current_damaged", "key_damaged", "original_damaged", "release_damaged", "release_damaged"),
    ]
    assert not found.is_well
    mended = repair(settings, backup)
    assert mended.is_well and len(mended.repaired) == 4
    assert {path: path.read_bytes() for path in contents} == contents
    assert settings.pseudonym_key.read_text() == "ab" * 32
    assert not scrub(settings).damaged


@pytest.mark.parametrize("harm", [gone, overwritten])
def test_a_key_that_was_replaced_is_not_put_back(
    settings: Settings, tmp_path: Path, harm: Callable[[Path], None]
) -> None:
    backup = tmp_path / "backup"
    take_backup(settings, backup, keep=0, wait_minutes=0)
    _, now = rotate_key(settings, "the former one has leaked")
    kept = settings.pseudonym_key.read_bytes()
    harm(settings.pseudonym_key)
    found = repair(settings, backup)
    assert not found.is_well and "may have leaked and is not put back" in as_text(found, is_repair=True)
    assert not settings.pseudonym_key.exists() or harm is overwritten
    settings.pseudonym_key.write_bytes(kept)
    take_backup(settings, backup, keep=0, wait_minutes=0)
    harm(settings.pseudonym_key)
    assert repair(settings, backup).is_well and current_key(settings) == now


def test_a_file_that_the_program_does_not_know_is_a_hint(settings: Settings) -> None:
    (settings.home / "letter.docx").touch(0o600)
    found = diagnose(settings)
    assert kinds(found) == ["foreign"] and found.is_well
    assert (settings.home / "letter.docx").exists()


def test_what_nobody_can_put_right_is_told(settings: Settings, world: World) -> None:
    settings.notices.write_text("{")
    settings.audit_log.write_text(settings.audit_log.read_text().replace("release", "relaese", 1))
    settings.pseudonym_key.unlink()
    stray = original(settings).with_name(f"{'ab' * 32}.gz")
    shutil.copyfile(original(settings), stray)
    found = repair(settings)
    assert kinds(found) == ["archive_unexplained", "notices_damaged", "key_lost", "audit_broken"]
    assert not found.is_well and not found.repaired
    world.deliver(name("postdoc_intake", "2024-04"), body("postdoc_intake", "2024-04", 3))


def test_a_home_that_was_set_aside_is_a_hint(settings: Settings, tmp_path: Path) -> None:
    take_backup(settings, tmp_path / "backup", keep=0, wait_minutes=0)
    made = restore(settings, tmp_path / "backup", LATEST, set_aside=True)
    (hint,) = (one for one in diagnose(settings).findings if one.kind == "home_set_aside")
    assert hint.is_hint and str(made.before) in hint.said[1]


def test_what_a_run_has_half_done_is_not_looked_at(settings: Settings) -> None:
    owner = settings.lock_file.with_suffix(".json")
    with writer_lock(settings, "hrss refresh"):
        write_json(owner, {"pid": os.getppid()})
        lose_pointer(settings)
        found = diagnose(settings)
        assert kinds(found) == ["run_at_work"] and found.is_well
        assert f"process {os.getppid()}" in found.findings[0].said[1]
        with pytest.raises(Busy):
            repair(settings)
    owner.unlink()
    assert kinds(diagnose(settings)) == ["pointer_differs"]


def test_while_a_repair_is_at_work_its_lock_names_it(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    leave_lock(settings)
    lose_pointer(settings)
    seen: list[Holder | None] = []
    monkeypatch.setattr(diagnoses, "write_pointer", lambda *_: seen.append(holder(settings)))
    assert ("lock_left", "") in repair(settings).repaired
    assert [one.pid for one in seen if one] == [os.getpid()]


def around(settings: Settings) -> list[str]:
    return [one.kind for one in look_around(settings)]


def test_the_clock_is_behind(settings: Settings) -> None:
    ahead = datetime.now(WUHAN) + timedelta(days=1)
    settings.heartbeat.write_text(ahead.isoformat())
    assert around(settings) == ["clock_behind"]


def test_settings_that_do_not_fit(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HRSS_KEEP_RELEASE", "3")
    (hint,) = look_around(settings)
    assert hint.is_hint and "HRSS_KEEP_RELEASES" in hint.said[1]
    monkeypatch.delenv("HRSS_KEEP_RELEASE")
    assert around(settings.model_copy(update={"memory": "4096 GiB"})) == ["memory_beyond"]


def test_the_inbox_is_not_there(settings: Settings) -> None:
    settings.inbox.rename(settings.inbox.with_name("away"))
    assert around(settings) == ["inbox_unreadable"]


def test_packages_that_are_not_those_of_the_lock(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = tmp_path / "requirements.lock"
    lock.write_text("duckdb==0.1 \\\n    --hash=x\nno-such==1\ntomli==2 ; python_version < '3.0' \\\n")
    monkeypatch.setattr(surroundings, "LOCK", lock)
    (found,) = look_around(settings)
    assert found.kind == "packages_differ" and "no-such – (1)" in found.said[1] and "tomli" not in found.said[1]


def test_little_space_is_left(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = type("Usage", (), {"free": 1_000_000, "total": 10**12})
    monkeypatch.setattr(surroundings.shutil, "disk_usage", lambda _: usage)
    assert around(settings) == ["disk_scarce"]


def test_a_unit_has_failed(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`systemctl is-failed` ends with 0 for a unit that has (systemctl(1))."""
    units = tmp_path / "config" / "systemd" / "user"
    units.mkdir(parents=True)
    (units / "hrss.service").touch()
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr(surroundings, "BOOTED", tmp_path)
    systemctl = tmp_path / "systemctl"
    systemctl.write_text('#!/bin/sh\n[ "$1 $2 $3" = "--user is-failed hrss.service" ]\n')
    systemctl.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert around(settings) == ["unit_failed"]


def test_without_a_home_that_is_ours_nothing_else_is_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [one.kind for one in look_at_home(Settings.of(home=tmp_path / "none"), None)] == ["home_missing"]
    monkeypatch.setattr("orchestration.operations.diagnoses.os.geteuid", lambda: os.getuid() + 1)
    assert [one.kind for one in look_at_home(Settings.of(home=tmp_path), None)] == ["home_of_another"]
