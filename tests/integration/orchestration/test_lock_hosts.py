"""One writer at a time on several machines that share a disk on which the kernel's locks hold on each machine alone:
the lease decides. Other machines are processes under another host name (a UTS namespace)."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from orchestration import lock
from orchestration.audit_log import audit_entries
from orchestration.lock import Busy, Holder, LeasesDiffer, holder, writer_lock
from orchestration.progress import reporter
from orchestration.settings import Settings

LEASE = 1.5

OWN_KERNEL = """
import signal, sys
from orchestration import interruption
interruption.watch()  # as the program does: SIGTERM unwinds
from contextlib import nullcontext
from orchestration import lock
from orchestration.settings import Settings
lock._of_this_machine = nullcontext
settings = Settings.of(home=sys.argv[1])
"""
"""A process of a machine that does not see the kernel's locks of others."""
HOLD = (
    OWN_KERNEL
    + """
try:
    with lock.writer_lock(settings, "a test"):
        print("held", flush=True)
        sys.stdin.read()
except BaseException:
    (settings.home / "undone").touch()  # as a run that is interrupted says so on record
    raise
"""
)
ADD = (
    OWN_KERNEL
    + """
import time
from pathlib import Path
done, counter = 0, Path(sys.argv[2])
print("ready", flush=True)
sys.stdin.readline()
while done < 5:
    try:
        with lock.writer_lock(settings, "a test", wait=False):
            read = int(counter.read_text())
            time.sleep(0.02)
            counter.write_text(str(read + 1))
            done += 1
    except lock.Busy:
        time.sleep(0.005)
"""
)
ELSEWHERE = ("unshare", "--user", "--map-root-user", "--uts", "sh", "-c", 'hostname "$0" && exec "$@"')


@pytest.fixture(scope="module", autouse=True)
def other_names() -> None:
    """Whether this machine lets a process have another host name."""
    if shutil.which("unshare") is None or subprocess.run([*ELSEWHERE, "east", "true"], check=False).returncode:
        pytest.skip("no UTS namespaces here")


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("HRSS_LEASE_SECONDS", str(LEASE))
    monkeypatch.setattr(lock, "_of_this_machine", _nothing)
    return Settings.of(home=tmp_path / "home")


@contextmanager
def _nothing(_: Settings) -> Iterator[None]:
    yield


def start(code: str, host: str, *arguments: str | Path) -> subprocess.Popen[str]:
    command = [*ELSEWHERE, host, sys.executable, "-c", code, *map(str, arguments)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


@contextmanager
def held_elsewhere(settings: Settings, host: str = "east") -> Iterator[subprocess.Popen[str]]:
    child = start(HOLD, host, settings.home)
    try:
        assert child.stdout is not None and child.stdout.readline() == "held\n"
        yield child
    finally:
        child.kill()
        child.communicate()


def test_what_another_machine_holds_is_refused_as_soon_as_it_gives_a_sign_of_life(settings: Settings) -> None:
    with held_elsewhere(settings) as child:
        assert holder(settings) == Holder("east", child.pid)
        begun = time.monotonic()
        with pytest.raises(Busy, match=f"on east process {child.pid}"), writer_lock(settings, "here"):
            pass
        assert time.monotonic() - begun < LEASE
        with pytest.raises(Busy, match="east"), writer_lock(settings, "here", wait=False):
            pass
        child.communicate("")
    with writer_lock(settings, "here"):
        pass


@pytest.mark.parametrize("skew", [-86400, 86400])
def test_of_a_machine_that_died_the_lease_must_run_out_whatever_its_clock_said(settings: Settings, skew: float) -> None:
    with held_elsewhere(settings) as child:
        child.send_signal(signal.SIGKILL)
        child.wait()
        then = time.time() + skew
        os.utime(settings.lease_file, (then, then))
        with pytest.raises(Busy), writer_lock(settings, "here", wait=False):
            pass
        begun = time.monotonic()
        with writer_lock(settings, "here"):
            assert time.monotonic() - begun >= LEASE
    assert any("east gave no sign of life for 1.5 s" in note for note in reporter().notes)
    assert [entry["event"] for entry in audit_entries(settings)][-1:] == ["lease_taken_over"]


def test_a_machine_that_was_held_up_ends_its_run_when_another_has_taken_over(settings: Settings) -> None:
    with held_elsewhere(settings) as child:
        child.send_signal(signal.SIGSTOP)
        with writer_lock(settings, "here"):
            child.send_signal(signal.SIGCONT)
            assert child.wait(10 * LEASE) == 128 + signal.SIGTERM
            assert settings.lease_file.exists(), "it is not the other's to remove"
            assert holder(settings) == Holder(os.uname().nodename, os.getpid())
            assert not (settings.home / "undone").exists(), "it writes nothing on its way out"


def test_who_comes_to_the_end_as_another_takes_over_leaves_the_others_name(settings: Settings) -> None:
    owner = settings.lock_file.with_suffix(".json")
    with writer_lock(settings, "here"):
        owner.write_text('{"host": "east", "pid": 1}', encoding="utf-8")
    assert owner.exists()
    owner.unlink()
    with writer_lock(settings, "here"):
        pass
    assert not owner.exists()


def test_two_machines_never_write_at_once(settings: Settings, tmp_path: Path) -> None:
    """Each adds to a counter by reading and writing it: a write at the same time would lose one."""
    counter = tmp_path / "counter"
    counter.write_text("0", encoding="utf-8")
    children = [start(ADD, host, settings.home, counter) for host in ("east", "west", "east")]
    for child in children:
        assert child.stdout is not None and child.stdout.readline() == "ready\n"
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    assert [child.wait(60) for child in children] == [0, 0, 0]
    for child in children:
        child.communicate()
    assert counter.read_text(encoding="utf-8") == "15"


def test_machines_must_agree_on_the_length_of_a_lease(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with held_elsewhere(settings):
        monkeypatch.setenv("HRSS_LEASE_SECONDS", "60")
        other = Settings.of(home=settings.home)
        with pytest.raises(LeasesDiffer, match="HRSS_LEASE_SECONDS"), writer_lock(other, "here"):
            pass


def test_where_the_file_system_has_no_locks_the_lease_does_on_one_machine(settings: Settings) -> None:
    with writer_lock(settings, "here"), pytest.raises(Busy), writer_lock(settings, "also here", wait=False):
        pass
