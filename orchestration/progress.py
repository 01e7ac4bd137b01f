"""How long work tells where it stands. Decides nothing; the command line shows it, a scheduled run logs it."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from raw_landing.landing import Progress

log = logging.getLogger("hrss")


class Stage:
    """One stage under way. `dumps` takes the progress of landing; the base class only logs."""

    def __init__(self, name: str, zh: str, en: str) -> None:
        self.name, self.zh, self.en = name, zh, en

    def dumps(self, progress: Progress) -> None:
        """Called after each dump."""


class Reporter(Protocol):
    """Where progress goes."""

    def open(self, name: str, zh: str, en: str) -> Stage:
        """A stage begins."""

    def close(self, stage: Stage, seconds: float) -> None:
        """A stage has ended, well or not."""


class LogReporter:
    """Progress as log lines: what a scheduled run leaves behind."""

    def open(self, name: str, zh: str, en: str) -> Stage:
        log.info("%s / %s …", zh, en)
        return Stage(name, zh, en)

    def close(self, stage: Stage, seconds: float) -> None:
        log.info("%s / %s: %.1f s", stage.zh, stage.en, seconds)


@dataclass
class Run:
    """The reporter in use, and what each stage of this run has cost so far, in seconds of wall time."""

    to: Reporter = field(default_factory=LogReporter)
    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str, zh: str, en: str) -> Iterator[Stage]:
        """Announce a stage and take its time."""
        stage = self.to.open(name, zh, en)
        started = time.monotonic()
        try:
            yield stage
        finally:
            spent = time.monotonic() - started
            self.seconds[name] = round(self.seconds.get(name, 0) + spent, 3)
            self.to.close(stage, spent)


_run = Run()


def reporter() -> Run:
    """The progress of this process's run."""
    return _run


def report_to(to: Reporter) -> Run:
    """Send progress elsewhere from now on, and begin to count anew."""
    global _run
    _run = Run(to)
    return _run
