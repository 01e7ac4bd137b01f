"""The one seam through which a process is harmed, or held, at its n-th step that changes a file: whatever Python asks
of the file system (its audit events) below a folder, every sync, every statement by which DuckDB writes a release. A
process that was given a seam keeps it: use a process for each."""

from __future__ import annotations

import errno
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import duckdb

from orchestration import progress
from orchestration.errors import user_message
from orchestration.pipeline.approval import approve, reject
from orchestration.pipeline.triggers import take_up
from orchestration.refresh import refresh
from orchestration.release import manifest, own_tables, publish
from orchestration.release.candidates import CANDIDATE
from orchestration.release.log import current_id, release_ids
from orchestration.release.rollback import roll_back
from orchestration.settings import Settings
from tests.support.publishing import publish_ungated

KILL, FULL, BROKEN = "SIGKILL", "ENOSPC", "EIO"
HARMS = (KILL, FULL, BROKEN)
"""Killed at a step; a disk that is full from that step on; a step that fails once, a sync too."""

TOLD = 3  # exit code of an action that failed and says why
NOT_ADDING = {"os.rename", "os.remove", "os.rmdir", "os.chmod"}
"""Steps that a full disk allows."""

_CHANGES = {"os.mkdir": 0, "os.symlink": 1, **dict.fromkeys(NOT_ADDING, 0)}  # audit event: which argument is the path


class Seam:
    """Calls `before` with the number and the name of each step that this process is about to take below a folder."""

    def __init__(self, folder: Path, before: Callable[[int, str], object]) -> None:
        self.folder, self.before = str(folder), before
        self.steps: list[str] = []
        _before(os, "fsync", lambda *_: self.step("fsync"))
        _before(Path, "write_text", self._write)
        connect: Callable[..., duckdb.DuckDBPyConnection] = duckdb.connect
        vars(duckdb)["connect"] = lambda *arguments, **named: _Connection(connect(*arguments, **named), self)
        sys.addaudithook(self._audit)

    def step(self, name: str) -> None:
        """A step is about to be taken."""
        self.steps.append(name)
        self.before(len(self.steps), name)

    def _write(self, path: Path, *_: object) -> None:
        path.touch()
        self.step("write")

    def _audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = arguments
            if flags & (os.O_WRONLY | os.O_RDWR) and self._is_below(path):
                self.step("open")
        elif event in _CHANGES and self._is_below(arguments[_CHANGES[event]]):
            self.step(event)

    def _is_below(self, path: object) -> bool:
        """Whether a path is meant; one that begins nowhere is below a folder that is open."""
        return isinstance(path, str) and (path.startswith(self.folder) or not Path(path).is_absolute())


class _Connection:
    """A connection of DuckDB's whose statements about the release in the making, attached as `public`, are steps."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, seam: Seam) -> None:
        self._connection, self._seam = connection, seam

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def __enter__(self) -> _Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def execute(self, query: str, *arguments: Any) -> duckdb.DuckDBPyConnection:
        if "public" in query and not query.lstrip().startswith("select"):
            self._seam.step("duckdb")
        return self._connection.execute(query, *arguments)

    def close(self) -> None:
        self._connection.close()
        self._seam.step("closed")


def _before(owner: Any, name: str, call: Callable[..., object]) -> None:
    real = getattr(owner, name)

    def replaced(*arguments: Any, **named: Any) -> Any:
        call(*arguments)
        return real(*arguments, **named)

    setattr(owner, name, replaced)


def _harming(harm: str, at: int) -> Callable[[int, str], None]:
    def before(number: int, name: str) -> None:
        if number == at and harm == KILL:
            os.kill(os.getpid(), signal.SIGKILL)
        if number >= at > 0 and harm == FULL and name not in NOT_ADDING:
            _fail(name, errno.ENOSPC)
        if number == at and harm == BROKEN:
            _fail(name, errno.EIO)

    return before


def _fail(name: str, code: int) -> None:
    if name == "duckdb":
        raise duckdb.IOException(f"IO Error: {os.strerror(code)}")
    raise OSError(code, os.strerror(code))


def _roll_back(settings: Settings) -> None:
    other = [one for one in release_ids(settings) if one != current_id(settings)][-1]
    roll_back(settings, other, "r")


PROVENANCE = ((own_tables, "git_revision"), (manifest, "version"), (manifest, "build_fingerprint"))
"""What publication asks to say what it was made by: nothing of what is tested, and slow."""

ACTIONS: dict[str, Callable[[Settings], object]] = {"publication": publish_ungated, "rollback": _roll_back}

DECISIONS: dict[str, Callable[[Settings], object]] = {
    "approval": lambda settings: approve(settings, CANDIDATE, "somebody", "r"),
    "rejection": lambda settings: reject(settings, CANDIDATE, "somebody", "r"),
}
"""What is done of a release that waits."""


def act_when_told(action: str, settings: Settings, harm: str, pipe: Connection) -> None:
    """Do it in this process as often as a step comes in, harmed at that one; send back 0, or TOLD where it failed as it
    should, and the steps. Ends with a traceback where it failed otherwise."""
    for module, name in PROVENANCE:
        setattr(module, name, lambda *_: "1")
    seam = Seam(settings.home, _harming(harm, 0))
    while (at := pipe.recv()) is not None:
        seam.steps, seam.before = [], _harming(harm, at)
        code = 0
        try:
            (ACTIONS | DECISIONS)[action](settings)
        except Exception as error:
            if user_message(error) is None:
                raise
            code = TOLD
        seam.before = _harming(harm, 0)
        pipe.send((code, seam.steps))


def publish_step_by_step(settings: Settings, pipe: Connection) -> None:
    """Publish, stopping before each step: its name is sent, it is taken when something comes back. None at the end."""

    def pause(_: int, name: str) -> None:
        pipe.send(name)
        pipe.recv()

    Seam(settings.home, pause)
    publish_ungated(settings)
    pipe.send(None)


def refresh_until(
    home: Path, landing: Path, day: str, stage: str, number: int, step: int, environment: Mapping[str, str]
) -> None:
    """A refresh that is killed when the stage of that name begins for the `number`th time, or before its step `step`;
    stage `switched`: when readers are sent to the new release and nothing is on record."""
    os.environ.clear()  # of the process that this one was forked from, whichever test started that
    os.environ.update(environment)
    left = number
    staged, stepped = progress.Run.stage, progress.Stage.step

    def die(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    @contextmanager
    def watched_stage(run: progress.Run, name: str, *titles: str) -> Iterator[progress.Stage]:
        nonlocal left
        left -= name == stage
        if name == stage and left == 0 and not step:
            die()
        with staged(run, name, *titles) as opened:
            yield opened

    def watched_step(opened: progress.Stage, done: int, total: int, begins: str) -> None:
        if opened.name == stage and left == 0 and done >= step > 0:
            die()
        stepped(opened, done, total, begins)

    _replace(progress.Run, "stage", watched_stage)
    _replace(progress.Stage, "step", watched_step)
    if stage == "switched":
        _replace(publish, "enter", die)
    settings = Settings.of(home=home, landing=landing)
    take_up(settings)
    refresh(settings, date.fromisoformat(day))


def _replace(owner: object, name: str, by: object) -> None:
    setattr(owner, name, by)
