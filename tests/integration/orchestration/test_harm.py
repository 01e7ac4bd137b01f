"""Killed, out of space or failed at any step (of those that are alike at the first and the last), publication and
rollback leave `current` whole, the old release or the new one, and the next run completes. The steps are found by
counting them."""

from __future__ import annotations

import resource
import shutil
import signal
from collections.abc import Iterator
from datetime import date
from itertools import count
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from orchestration.pipeline.triggers import last_run, record_outcome, record_start, take_up
from orchestration.release.candidates import CANDIDATE, candidate_ids
from orchestration.release.log import PUBLISHED, current_id, history, release_ids
from orchestration.release.pointer import pointer_agrees
from orchestration.release.publish import enter
from orchestration.release.verify import verify
from orchestration.settings import Settings
from tests.support.fault_injection import (
    ACTIONS,
    BROKEN,
    DECISIONS,
    FULL,
    HARMS,
    KILL,
    NOT_ADDING,
    PROVENANCE,
    TOLD,
    act_when_told,
)
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


@pytest.fixture(scope="module", autouse=True)
def without_provenance() -> Iterator[None]:
    """As in the processes that are harmed."""
    with pytest.MonkeyPatch.context() as patched:
        for module, name in PROVENANCE:
            patched.setattr(module, name, lambda *_: "1")
        yield


@pytest.fixture(scope="module")
def settings(small_home: Path, memory: Path) -> Settings:
    """A home with two releases, as many as it keeps."""
    settings = Settings.of(home=shutil.copytree(small_home, memory / "home")).model_copy(update={"keep_releases": 2})
    for _ in range(2):
        publish_ungated(settings)
    return settings


class Harmed:
    """A process that does one thing again and again, each time harmed at a step; where that kills it, another one."""

    def __init__(self, action: str, settings: Settings, harm: str) -> None:
        self._arguments = (action, settings, harm)
        self._process: BaseProcess | None = None

    def at(self, step: int) -> tuple[int | None, list[str]]:
        """The exit code, and the steps where it lived to tell."""
        if self._process is None:
            self._pipe, its = PROCESSES.Pipe()
            self._process = PROCESSES.Process(target=act_when_told, args=(*self._arguments, its))
            self._process.start()
            its.close()
        self._pipe.send(step)
        try:
            code, steps = self._pipe.recv()
        except EOFError:
            self._process.join()
            code, steps, self._process = self._process.exitcode, [], None
        return code, steps

    def close(self) -> None:
        """End it."""
        if self._process is not None:
            self._pipe.send(None)
            self._process.join()


def within_a_row(steps: list[str]) -> set[int]:
    """The steps (from 1) before and after which the same one or two follow each other twice more: DuckDB's many
    statements about a file that nobody is sent to yet, a mode and a sync of one file after another."""

    def repeats(at: int, width: int) -> bool:
        around = steps[max(0, at - 1 - 2 * width) : at + 2 * width]
        return len(around) == 4 * width + 1 and around[width:] == around[:-width]

    return {at for at in range(1, len(steps) + 1) for width in (1, 2) if repeats(at, width)}


def after_a_sync(steps: list[str]) -> set[int]:
    """The steps (from 1) at which a process that is killed leaves what it leaves at the step before."""
    return {at for at in range(2, len(steps) + 1) if steps[at - 2] == "fsync"}


def assert_whole(settings: Settings, *, among: set[str | None]) -> None:
    """Readers are sent to a release that is what it says, and to one of those expected."""
    current = current_id(settings)
    assert current is not None and current in among
    verdict = verify(settings, current)
    assert verdict.is_intact, verdict.text


@pytest.mark.parametrize(
    ("action", "harm"),
    # a step of publication that fails is met alike, whether the disk is full or broken
    [(action, harm) for action in ACTIONS for harm in HARMS if (action, harm) != ("publication", BROKEN)],
)
def test_harmed_at_any_step_current_is_whole_and_the_next_run_completes(
    settings: Settings, action: str, harm: str
) -> None:
    outcomes, process = set(), Harmed(action, settings, harm)
    taken = process.at(0)[1]
    assert set(taken) >= SEEN[action]
    alike = within_a_row(taken) | (after_a_sync(taken) if harm == KILL else set())
    met = 0
    for at in count(1):
        if at in alike or at <= met:
            continue
        before, kept = current_id(settings), set(release_ids(settings))
        code, steps = process.at(at)
        if 0 < len(steps) < at:
            break
        if harm == FULL:  # it was met by the next step that adds
            met = at + next((more for more, name in enumerate(steps[at - 1 :]) if name not in NOT_ADDING), 0)
        assert code in ((-signal.SIGKILL,) if harm == KILL else (0, TOLD)), steps
        new = set(release_ids(settings)) - kept if action == "publication" else kept
        assert_whole(settings, among={before, *new})
        outcomes.add(current_id(settings) == before)
        if harm == KILL or at % SEVERAL == 0:  # what was told has tidied up; harm upon harm is seen besides
            ACTIONS[action](settings)
            assert (current_id(settings) in kept) is (action == "rollback")
            assert len(release_ids(settings)) == 2 and not list(settings.releases.glob(".*"))
            assert pointer_agrees(settings, current_id(settings))
    process.close()
    assert code == 0 and set(steps) >= SEEN[action]
    assert outcomes == {True, False}, "some harm comes before the switch, some after it"


def write_at_most(size: int, settings: Settings) -> None:
    """Publish in this process, which can make no file greater than that. Its failure is told: no traceback."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
    ours, its = PROCESSES.Pipe()
    ours.send(0)
    ours.send(None)
    act_when_told("publication", settings, FULL, its)


def test_a_write_that_fails_within_a_file_leaves_current_whole(settings: Settings) -> None:
    """The system itself refuses to let files grow, DuckDB's and ours, at one size after another."""
    whole = (settings.current / "marts.duckdb").stat().st_size
    for size in [0, 100, *range(4096, whole, whole // 12)]:
        before = current_id(settings)
        process = PROCESSES.Process(target=write_at_most, args=(size, settings))
        process.start()
        process.join()
        assert_whole(settings, among={before})
    made = publish_ungated(settings).release_id
    assert_whole(settings, among={made})


@pytest.mark.parametrize("decision", DECISIONS)
def test_a_decision_killed_at_any_rename_is_undone_or_completed(
    small_home: Path, memory: Path, tmp_path: Path, decision: str
) -> None:
    first = Settings.of(home=shutil.copytree(small_home, memory / decision), landing=tmp_path)
    before = publish_ungated(first).release_id
    settings = first.model_copy(update={"sign_off": True})
    record_start(settings, date(2024, 5, 20))
    made = publish_ungated(settings).release_id
    record_outcome(settings, CANDIDATE, candidate=made)

    def killed(at: int) -> tuple[Settings, list[str]]:
        """A home in which the decision was killed at a step."""
        home = Path(shutil.copytree(settings.home, memory / f"{decision}-{at}", symlinks=True))
        own = settings.model_copy(update={"home": home})
        process = Harmed(decision, own, KILL)
        code, steps = process.at(at)
        assert code == (-signal.SIGKILL if at else 0)
        process.close()
        return own, steps

    outcomes = set()
    for at, name in enumerate(killed(0)[1], 1):
        if name not in ("os.rename", "os.symlink"):  # of all others nothing is seen until then
            continue
        own, _ = killed(at)
        take_up(own)
        enter(own)  # as whatever comes next does first
        waits = made in candidate_ids(own)
        outcomes.add(waits)
        published = [event["to"] for event in history(own) if event["event"] == PUBLISHED]
        assert published.count(made) == (decision == "approval" and not waits)
        assert_whole(own, among={before if waits or decision == "rejection" else made})
        if waits:
            verdict = verify(own, CANDIDATE)
            assert verdict.is_intact, verdict.text
        elif decision == "approval":
            assert last_run(own)["published"]["release_id"] == made
        assert not list(own.releases.glob(".*"))
        shutil.rmtree(own.home)
    assert outcomes == {True, False}, "some harm comes before the decision counts, some after it"
