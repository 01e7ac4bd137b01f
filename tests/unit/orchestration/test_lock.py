"""One writer at a time; the second is told who the first is; a dead owner blocks nobody."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from orchestration.lock import Busy, _mark_if_nameless, writer_lock
from orchestration.settings import Settings

HOLD = """
import sys
from orchestration.lock import writer_lock
from orchestration.settings import Settings
with writer_lock(Settings.of(home=sys.argv[1]), "a test"):
    print("held", flush=True)
    sys.stdin.read()
"""


def hold(home: Path) -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert child.stdout is not None and child.stdout.readline() == "held\n"
    return child


def test_second_writer_is_refused_with_the_name_of_the_first(tmp_path: Path) -> None:
    child = hold(tmp_path)
    try:
        with (
            pytest.raises(Busy, match=f"process {child.pid}, started by a test"),
            writer_lock(Settings.of(home=tmp_path), "another"),
        ):
            pass
    finally:
        child.communicate("")
    with writer_lock(Settings.of(home=tmp_path), "another"):
        pass


def test_lock_of_a_killed_owner_is_free(tmp_path: Path) -> None:
    child = hold(tmp_path)
    os.kill(child.pid, signal.SIGKILL)
    child.wait()
    with writer_lock(Settings.of(home=tmp_path), "the next"):
        pass


@pytest.mark.parametrize("left", ["", "4711\neas"], ids=["nothing", "half a record"])
def test_lease_of_an_owner_killed_before_it_said_who_it_was_is_free(
    left: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HRSS_LEASE_SECONDS", "10")
    settings = Settings.of(home=tmp_path)
    settings.lease_file.write_text(left)
    with writer_lock(settings, "the next"):
        assert str(os.getpid()) in settings.lease_file.read_text()


def test_marking_a_nameless_lease_leaves_a_peer_that_is_about_to_write_its_name_alone(tmp_path: Path) -> None:
    lease = tmp_path / "refresh.lease"
    with lease.open("wb", buffering=0) as peer:
        _mark_if_nameless(lease)
        assert lease.read_bytes() != b""
        peer.write(b"4711\neast\n")
    _mark_if_nameless(lease)
    assert lease.read_bytes() == b"4711\neast\n"
    lease.unlink()
    _mark_if_nameless(lease)
    assert not lease.exists()
