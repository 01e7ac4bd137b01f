"""Files are whole or not there; the link switches in one step."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from orchestration import files


def test_json_survives_a_failed_replacement(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "record.json"
    files.write_json(target, {"outcome": "published"})

    def full_disk(path: Path) -> None:
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(files, "sync", full_disk)
    with pytest.raises(OSError, match="No space left"):
        files.write_json(target, {"outcome": "running"})
    assert files.read_json(target) == {"outcome": "published"}


def test_json_is_its_owners_alone(tmp_path: Path) -> None:
    target = tmp_path / "record.json"
    target.touch(mode=0o644)
    files.write_json(target, {"outcome": "published"})
    assert target.stat().st_mode & 0o777 == 0o600


def test_missing_json_is_empty(tmp_path: Path) -> None:
    assert files.read_json(tmp_path / "none.json") == {}


def test_sha256_is_that_of_the_bytes(tmp_path: Path) -> None:
    path = tmp_path / "bytes"
    path.write_bytes(b"\x00\xff" * 5000)
    assert files.sha256(path) == hashlib.sha256(b"\x00\xff" * 5000).hexdigest()


def test_link_moves_from_old_to_new_and_stays_relative(tmp_path: Path) -> None:
    link = tmp_path / "current"
    for name in ("first", "second"):
        folder = tmp_path / "releases" / name
        folder.mkdir(parents=True)
        (folder / "marts").write_text(name)
        files.switch_link(link, folder)
        assert (link / "marts").read_text() == name
    assert not link.readlink().is_absolute()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["current", "releases"]
