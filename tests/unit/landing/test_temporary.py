"""Temporary folders: the owner's alone; those of processes that were killed go, all others stay."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from raw_landing import temporary
from raw_landing.database import connect
from raw_landing.temporary import PREFIX, spill_of_process, sweep_temporary, temporary_folder
from tests.support.second_user import NOBODY, by_root_only

HOLD = """
import sys
from raw_landing.temporary import spill_of_process, temporary_folder
with temporary_folder() as folder:
    (folder / "rows").write_text("of a person")
    print(folder, spill_of_process().parent, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the system keeps temporary folders, of a minute ago and older."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(temporary, "_YOUNG", -1)
    temporary._of_process.cache_clear()
    return tmp_path


def test_a_folder_is_its_owners_alone_and_goes(place: Path) -> None:
    with temporary_folder() as folder:
        assert folder.parent == place and folder.stat().st_mode & 0o777 == 0o700
        assert sweep_temporary() == 0 and folder.is_dir()
    assert list(place.iterdir()) == []


def test_what_a_killed_process_left_goes_and_what_a_living_one_has_stays(place: Path) -> None:
    processes, folders = [], []
    for _ in range(2):
        process = subprocess.Popen(
            [sys.executable, "-c", HOLD], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=os.environ
        )
        assert process.stdout is not None
        processes.append(process)
        folders.append([Path(name) for name in process.stdout.readline().split()])
    processes[0].kill()
    processes[0].communicate()
    assert all(folder.is_dir() for own in folders for folder in own)
    assert sweep_temporary() == 2
    assert not any(folder.exists() for folder in folders[0]) and all(folder.is_dir() for folder in folders[1])
    processes[1].communicate("")
    assert list(place.iterdir()) == [], "in the end each removes its own"


def test_what_is_young_or_called_otherwise_or_a_link_stays(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = place / "target"
    target.mkdir()
    (place / f"{PREFIX}link").symlink_to(target)
    (place / "hrss-notes").mkdir()
    assert sweep_temporary() == 0
    monkeypatch.setattr(temporary, "_YOUNG", 60)
    (place / f"{PREFIX}made_now").mkdir()
    assert sweep_temporary() == 0 and len(list(place.iterdir())) == 4


@by_root_only
def test_another_users_folder_stays(place: Path) -> None:
    folder = place / f"{PREFIX}of_nobody"
    folder.mkdir()
    os.chown(folder, NOBODY, NOBODY)
    assert sweep_temporary() == 0 and folder.is_dir()


def test_what_a_database_in_memory_puts_down_lies_there_and_not_where_one_stands(
    place: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    with connect() as connection:
        connection.execute("set memory_limit = '50MB'; set threads = 1")
        connection.execute(
            "create table t as select range as a, range::varchar || repeat('x', 90) as b from range(9e5::int)"
        )
        written = [path for path in spill_of_process().rglob("*") if path.is_file()]
        assert written and spill_of_process().parent.stat().st_mode & 0o777 == 0o700
    assert list(Path.cwd().iterdir()) == []
