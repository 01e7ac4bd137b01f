"""Killed, out of space or failed at any step (of many of one kind in a row at the first and the last two), publication
and rollback leave `current` whole, the old release or the new one, and the next run completes. The steps are found by
counting them."""

from __future__ import annotations

import json
import os
import resource
import shutil
import signal
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from orchestration.release.log import current_id, release_ids
from orchestration.release.verify import verify
from orchestration.settings import Settings
from tests.support.fault_injection import ACTIONS, FULL, HARMS, KILL, PROVENANCE, TOLD, act
from tests.support.processes import PROCESSES
from tests.support.publishing import publish_ungated

SEEN = {
    "publication": {
        *("os.mkdir", "open", "write", "fsync", "os.rename", "os.symlink", "os.chmod", "os.remove", "os.rmdir"),
        *("duckdb", "closed"),
    },
    "rollback": {"open", "write", "fsync", "os.rename", "os.symlink"},
}
"""The kinds of steps that each is known to take: the seam sees them all."""

SEVERAL = 4
"""After so many steps that failed, the next run must complete; after each that killed."""

MEMORY = Path("/dev/shm")
"""Where it is there: thousands of syncs then wait for no disk."""


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with TemporaryDirectory(dir=MEMORY if os.access(MEMORY, os.W_OK) else None) as folder:
        yield Path(folder)


@pytest.fixture(scope="module", autouse=True)
def without_provenance() -> Iterator[None]:
    """As in the processes that are harmed."""
    with pytest.MonkeyPatch.context() as patched:
        for module, name in PROVENANCE:
            patched.setattr(module, name, lambda *_: "1")
        yield


@pytest.fixture(scope="module")
def settings(small_home: Path, folder: Path) -> Settings:
    """A home with two releases, as many as it keeps."""
    settings = Settings.of(home=shutil.copytree(small_home, folder / "home")).model_copy(update={"keep_releases": 2})
    for _ in range(2):
        publish_ungated(settings)
    return settings


def harmed(action: str, settings: Settings, harm: str, at: int) -> tuple[int | None, list[str]]:
    """The exit code of a process that was harmed at a step, and its steps where it lived to tell."""
    report = settings.home.parent / "steps.json"
    report.unlink(missing_ok=True)
    process = PROCESSES.Process(target=act, args=(action, settings, harm, at, report))
    process.start()
    process.join()
    return process.exitcode, json.loads(report.read_text(encoding="utf-8")) if report.exists() else []


def within_a_row(steps: list[str]) -> set[int]:
    """The steps (from 1) of one kind before and after which that kind is taken twice more: DuckDB's many statements
    about a file that nobody is sent to yet."""
    return {at for at in range(3, len(steps) - 1) if len(set(steps[at - 3 : at + 2])) == 1}


def assert_whole(settings: Settings, *, among: set[str | None]) -> None:
    """Readers are sent to a release that is what it says, and to one of those expected."""
    current = current_id(settings)
    assert current is not None and current in among
    verdict = verify(settings, current)
    assert verdict.is_intact, verdict.text


@pytest.mark.parametrize("harm", HARMS)
@pytest.mark.parametrize("action", ACTIONS)
def test_harmed_at_any_step_current_is_whole_and_the_next_run_completes(
    settings: Settings, action: str, harm: str
) -> None:
    outcomes = set()
    alike = within_a_row(harmed(action, settings, harm, 0)[1])
    for at in count(1):
        if at in alike:
            continue
        before, kept = current_id(settings), set(release_ids(settings))
        code, steps = harmed(action, settings, harm, at)
        if 0 < len(steps) < at:
            break
        assert code in ((-signal.SIGKILL,) if harm == KILL else (0, TOLD)), steps
        new = set(release_ids(settings)) - kept if action == "publication" else kept
        assert_whole(settings, among={before, *new})
        outcomes.add(current_id(settings) == before)
        if harm == KILL or at % SEVERAL == 0:  # what was told has tidied up; harm upon harm is seen besides
            ACTIONS[action](settings)
            assert (current_id(settings) in kept) is (action == "rollback")
            assert len(release_ids(settings)) == 2 and not list(settings.releases.glob(".*"))
    assert code == 0 and set(steps) >= SEEN[action]
    assert outcomes == {True, False}, "some harm comes before the switch, some after it"


def write_at_most(size: int, settings: Settings, report: Path) -> None:
    """Publish in this process, which can make no file greater than that."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    act("publication", settings, FULL, 0, report)


def test_a_write_that_fails_within_a_file_leaves_current_whole(settings: Settings, folder: Path) -> None:
    """The system itself refuses to let files grow, DuckDB's and ours, at one size after another."""
    whole = (settings.current / "marts.duckdb").stat().st_size
    for size in [0, 100, *range(4096, whole, whole // 12)]:
        before = current_id(settings)
        process = PROCESSES.Process(target=write_at_most, args=(size, settings, folder / "report"))
        process.start()
        process.join()
        assert_whole(settings, among={before})
    made = publish_ungated(settings).release_id
    assert_whole(settings, among={made})
