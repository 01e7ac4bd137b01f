"""The home is its owner's; of it others get the releases, if a setting says so, and nothing else: no look, no lock."""

from __future__ import annotations

import logging
import os
from pathlib import Path

import pytest

from orchestration.home_access import HomeNotOurs, close_home
from orchestration.lock import writer_lock
from orchestration.settings import Settings
from tests.support.second_user import NOBODY, as_nobody, by_root_only, open_folder

__all__ = ["open_folder"]

FLOCK = """
import fcntl, sys
try:
    with open(sys.argv[1]) as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    print("locked")
except OSError as error:
    print(type(error).__name__)
"""
READ = """
import os, sys
for path in sys.argv[1:]:
    try:
        os.listdir(path) if os.path.isdir(path) else open(path).read()
        print("read")
    except OSError as error:
        print(type(error).__name__)
"""


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def used_home(folder: Path, access: str = "owner") -> Settings:
    """A home as an earlier version left it: open to all, with a release."""
    settings = Settings.of(home=folder / "home").model_copy(update={"published_access": access})
    (settings.home / "landed").mkdir(parents=True)
    settings.releases.mkdir(parents=True)
    for file in (settings.lock_file, settings.warehouse, settings.home / "landed/rows", settings.releases / "marts"):
        file.write_text("content", encoding="utf-8")
        file.chmod(0o644)
    for path in (settings.home, settings.home / "landed", settings.published, settings.releases):
        path.chmod(0o755)
    return settings


def test_a_new_home_is_its_owners_alone(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    settings = Settings.of(home=tmp_path / "new" / "home")
    with writer_lock(settings, "a test"):
        assert (mode(settings.home), mode(settings.lock_file)) == (0o700, 0o600)
    assert not caplog.records


def test_an_open_home_is_closed_with_one_line(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    settings = used_home(tmp_path)
    with caplog.at_level(logging.WARNING):
        close_home(settings)
        close_home(settings)
    (line,) = caplog.messages
    assert str(settings.home) in line and settings.lock_file.name in line
    assert mode(settings.home) == 0o700
    for path in settings.home.iterdir():
        assert path == settings.published or mode(path) & 0o077 == 0, path


@pytest.mark.parametrize(("access", "expected"), [("owner", 0o700), ("group", 0o710), ("world", 0o711)])
def test_the_setting_opens_the_way_to_the_releases_and_closes_it_again(
    tmp_path: Path, access: str, expected: int, caplog: pytest.LogCaptureFixture
) -> None:
    settings = used_home(tmp_path, access)
    close_home(settings)
    assert mode(settings.home) == expected and mode(settings.lock_file) == 0o600
    caplog.clear()
    close_home(settings.model_copy(update={"published_access": "owner"}))
    assert mode(settings.home) == 0o700
    assert len(caplog.messages) == (access != "owner")


def test_the_group_gets_to_the_outbox_and_no_further(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    settings = used_home(tmp_path).model_copy(update={"outbox_access": "group"})
    settings.receipts.mkdir(parents=True)
    settings.outbox_folder.chmod(0o750)
    close_home(settings)
    caplog.clear()
    close_home(settings)
    assert not caplog.messages and mode(settings.home) == 0o710 and mode(settings.outbox_folder) == 0o750
    assert mode(settings.home / "landed") & 0o077 == 0
    close_home(settings.model_copy(update={"outbox_access": "owner"}))
    assert (mode(settings.home), mode(settings.outbox_folder)) == (0o700, 0o700)


def test_a_lock_that_others_had_open_is_another_one_afterwards(tmp_path: Path) -> None:
    settings = used_home(tmp_path)
    held_open = settings.lock_file.open()
    close_home(settings)
    assert os.fstat(held_open.fileno()).st_ino != settings.lock_file.stat().st_ino
    held_open.close()


def test_a_lock_that_is_held_stays_the_same(tmp_path: Path) -> None:
    settings = used_home(tmp_path)
    with writer_lock(settings, "a test"):
        settings.lock_file.chmod(0o644)
        before = settings.lock_file.stat().st_ino
        close_home(settings)
        assert (settings.lock_file.stat().st_ino, mode(settings.lock_file)) == (before, 0o600)


@by_root_only
def test_the_home_of_another_user_is_refused(tmp_path: Path) -> None:
    settings = used_home(tmp_path)
    os.chown(settings.home, NOBODY, NOBODY)
    with pytest.raises(HomeNotOurs, match=f"belongs to user {NOBODY}"), writer_lock(settings, "a test"):
        pass


@by_root_only
@pytest.mark.parametrize("access", ["owner", "group", "world"])
def test_another_user_locks_nothing_and_reads_at_most_releases(open_folder: Path, access: str) -> None:
    settings = used_home(open_folder, access)
    assert as_nobody(FLOCK, settings.lock_file) == "locked\n", "as it was before"
    close_home(settings)
    assert as_nobody(FLOCK, settings.lock_file) == "PermissionError\n"
    closed = [settings.home, settings.warehouse, settings.home / "landed", settings.home / "landed/rows"]
    assert as_nobody(READ, *closed).split() == ["PermissionError"] * len(closed)
    said = as_nobody(READ, settings.published, settings.releases / "marts").split()
    assert said == ["read" if access == "world" else "PermissionError"] * 2
