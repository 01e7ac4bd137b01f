"""A process that is killed, truly, at steps that touch the disk: the next run completes, nothing is lost or doubled.
The restatement test goes through more of them, in one process."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.deliveries import World, body, name

LAND = """
import os, signal, sys
from pathlib import Path
from raw_landing import landing
from raw_landing.ledger import Ledger

left = int(sys.argv[2])

def counted(real, after=False):
    def call(*arguments, **named):
        for moment in (False, True) if after else (False,):
            if moment:
                result = real(*arguments, **named)
            global left
            left -= 1
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
        return result if after else real(*arguments, **named)
    return call

os.fsync = counted(os.fsync)
os.replace = counted(os.replace)
os.mkdir = counted(os.mkdir)
landing.compress = counted(landing.compress, after=True)
Ledger.commit = counted(Ledger.commit, after=True)
landing._BATCH_DUMPS = 2
landing.land(Path(sys.argv[1]) / "landing", Path(sys.argv[1]) / "home", again=len(sys.argv) > 3)
print(int(sys.argv[2]) - left)
"""
EXTRACT = "postdoc_intake"


def run(world: World, step: int, *options: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", LAND, str(world.root), str(step), *options]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def filled(root: Path) -> World:
    """Three dumps, two batches; the third takes the first one's place."""
    world = World(root)
    world.deliver(name(EXTRACT), body(EXTRACT, "2024-03", 1, 2))
    world.deliver(name(EXTRACT, "2024-04"), body(EXTRACT, "2024-04", 3))
    world.deliver(name(EXTRACT, revision=2), body(EXTRACT, "2024-03", 4))
    return world


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[World, int]:
    """The same landed without harm, and how many steps that takes."""
    world = filled(tmp_path_factory.mktemp("whole"))
    done = run(world, 10_000)
    assert done.returncode == 0, done.stderr
    return world, int(done.stdout)


def test_killed_at_any_step_the_next_run_completes(whole: tuple[World, int], tmp_path: Path) -> None:
    unharmed, steps = whole
    assert steps > 20
    for step in {*range(2, steps, 5), steps - 1, steps}:
        world = filled(tmp_path / str(step))
        assert run(world, step).returncode == -signal.SIGKILL
        world.land()
        assert world.active_rows(EXTRACT) == unharmed.active_rows(EXTRACT)
        assert world.statuses() == unharmed.statuses()
        assert world.files() == world.named_files()
        assert world.land().receipts == ()


def test_killed_while_landing_again_nothing_is_missing_meanwhile(whole: tuple[World, int], tmp_path: Path) -> None:
    unharmed, _ = whole
    world = filled(tmp_path)
    world.land()
    for step in (1, 5, 9):
        assert run(world, step, "again").returncode == -signal.SIGKILL
        assert world.active_rows(EXTRACT) == unharmed.active_rows(EXTRACT)
    world.land()
    assert world.files() == world.named_files()
