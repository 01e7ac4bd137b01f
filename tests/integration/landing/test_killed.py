"""A process that is killed, truly, at every step that touches the disk: the next run completes, nothing is lost or
doubled. The restatement test mixes such ends with deliveries and withdrawals, in one process."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.inbox import World, body, name

# A step: a file opened to be written, renamed or removed, a folder made or removed, a sync, a compression or a commit,
# killed before it begins, and the last two after their end as well. Each run is a process of its own, forked off
# before any thread is there.
KILL = """
import os, signal, sys, threading
from pathlib import Path
import pandas  # which DuckDB would import in each child, when a value is bound
from raw_landing import land, landing_run
from raw_landing.contract import load_contracts
from raw_landing.ledger.store import Ledger
from raw_landing.text import texts

load_contracts(), texts()
landing_run.BATCH_DUMPS = 2
EVENTS = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "os.link"}
left = 0
one_at_a_time = threading.Lock()  # originals are packed in a thread of their own

def step():
    global left
    with one_at_a_time:
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

def hook(event, arguments):
    writes = event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR)
    if event in EVENTS or (writes and str(arguments[0]) != os.devnull):
        step()

def counted(real, after):
    def call(*arguments, **named):
        step()
        result = real(*arguments, **named)
        if after:
            step()
        return result
    return call

def run(root, again):
    os.fsync = counted(os.fsync, after=False)
    landing_run.compress = counted(landing_run.compress, after=True)
    Ledger.commit = counted(Ledger.commit, after=True)
    sys.addaudithook(hook)
    land.land(root / "landing", root / "home", again=again)

for line in sys.stdin:
    root, at, again = line.rstrip("\\n").split("\\t")
    child = os.fork()
    if child == 0:
        left = int(at)
        run(Path(root), again == "True")
        print(int(at) - left, flush=True)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    print(os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0, flush=True)
"""
EXTRACT = "postdoc_intake"
ENDLESS = 100_000


def runs(worlds: Iterable[tuple[World, int]], *, again: bool = False) -> list[int]:
    """Land in each of these worlds, to be killed at that step. Returns all that was said: of each run its steps, if it
    came to its end, then the signal it ended by or 0."""
    lines = "".join(f"{world.root}\t{step}\t{again}\n" for world, step in worlds)
    done = subprocess.run([sys.executable, "-c", KILL], input=lines, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [int(line) for line in done.stdout.splitlines()]


def filled(root: Path) -> World:
    """Three dumps, two batches; the third takes the first one's place, and has a row that is refused."""
    world = World(root)
    world.deliver(name(EXTRACT), body(EXTRACT, "2024-03", 1, 2))
    world.deliver(name(EXTRACT, "2024-04"), body(EXTRACT, "2024-04", 3))
    world.deliver(name(EXTRACT, revision=2), body(EXTRACT, "2024-03", 4) + "B5,420106,站5,x,\n")
    return world


@dataclass(frozen=True)
class Unharmed:
    """What the same deliveries come to without harm, and how many steps that takes."""

    rows: list[tuple[Any, ...]]
    statuses: dict[str, str]
    steps: int


@pytest.fixture(scope="module")
def unharmed(memory: Path) -> Unharmed:
    world = filled(memory / "unharmed")
    steps, ended = runs([(world, ENDLESS)])
    assert ended == 0
    return Unharmed(world.active_rows(EXTRACT), world.statuses(), steps)


def test_killed_at_any_step_the_next_run_completes(unharmed: Unharmed, memory: Path) -> None:
    assert unharmed.steps > 40
    worlds = [(filled(memory / str(step)), step) for step in range(1, unharmed.steps + 1)]
    assert runs(worlds) == [signal.SIGKILL] * unharmed.steps
    for world, _ in worlds:
        world.land()
        assert world.active_rows(EXTRACT) == unharmed.rows
        assert world.statuses() == unharmed.statuses
        assert world.files() == world.named_files()
    assert world.land().receipts == ()


def test_killed_while_landing_again_nothing_is_missing_meanwhile(unharmed: Unharmed, memory: Path) -> None:
    landed = filled(memory / "landed")
    landed.land()
    world = World(Path(shutil.copytree(landed.root, memory / "again")))
    steps, _ = runs([(world, ENDLESS)], again=True)
    worlds = [
        (World(Path(shutil.copytree(landed.root, memory / f"again-{step}"))), step) for step in range(1, steps + 1, 3)
    ]
    assert runs(worlds, again=True) == [signal.SIGKILL] * len(worlds)
    for world, _ in worlds:
        assert world.active_rows(EXTRACT) == unharmed.rows
        world.land()
        assert world.files() == world.named_files()
