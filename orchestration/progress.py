"""How long work tells where it stands. Decides nothing; the command line shows it, a scheduled run logs it."""

from __future__ import annotations

import logging
import resource
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Protocol, Self

from orchestration.logs import bound
from raw_landing.database_time import covered, recorded

if TYPE_CHECKING:
    from raw_landing.progress import Progress

log = logging.getLogger("hrss")


BLOCK = 512
"""Bytes; the unit in which the system counts what is read and written."""


@dataclass(frozen=True)
class Cost:
    """What was spent by this process and by its children that have ended: seconds of wall time and of all cores, bytes
    that storage delivered and bytes on their way to it (getrusage(2); what the system had in memory is not counted)."""

    seconds: float
    cpu_seconds: float
    bytes_read: int
    bytes_written: int

    @classmethod
    def so_far(cls) -> Self:
        """Since the process began; wall time since an unknown moment."""
        spent = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
        return cls(
            seconds=time.monotonic(),
            cpu_seconds=sum(one.ru_utime + one.ru_stime for one in spent),
            bytes_read=BLOCK * sum(one.ru_inblock for one in spent),
            bytes_written=BLOCK * sum(one.ru_oublock for one in spent),
        )

    def __add__(self, other: Cost) -> Cost:
        return Cost(
            round(self.seconds + other.seconds, 3),
            round(self.cpu_seconds + other.cpu_seconds, 3),
            self.bytes_read + other.bytes_read,
            self.bytes_written + other.bytes_written,
        )

    def __sub__(self, other: Cost) -> Cost:
        return self + Cost(-other.seconds, -other.cpu_seconds, -other.bytes_read, -other.bytes_written)


NOTHING = Cost(0, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Timed:
    """Something that was done, from when to when (seconds since 1970), and its parts."""

    name: str
    begin: float
    end: float
    is_failed: bool = False
    parts: Sequence[Timed] = ()


@dataclass(frozen=True, slots=True)
class Steps:
    """How far work in steps is: steps done and in all, the one that begins, seconds since the first began."""

    done: int
    total: int
    begins: str
    seconds: float

    @property
    def left(self) -> float | None:
        """Seconds to the end, if a step to come takes as long as one that is done (no step is as long as another); None
        before the first is done."""
        return self.seconds * (self.total - self.done) / self.done if self.done else None


class Stage:
    """One stage under way. `dumps` takes the progress of landing, `step` that of other work; the base class only logs
    begin and end."""

    def __init__(self, name: str, zh: str, en: str) -> None:
        self.name, self.zh, self.en = name, zh, en
        self.parts: list[Timed] = []
        """Those that told when they began and ended, where steps are taken side by side."""
        self._began: float | None = None
        self._steps: list[tuple[str, float]] = []

    def dumps(self, progress: Progress) -> None:
        """Called after each batch of dumps."""

    def step(self, done: int, total: int, begins: str) -> None:
        """Called when a step begins: how many are done, of how many."""
        now = time.monotonic()
        self._began = now if self._began is None else self._began
        self._steps.append((begins, time.time()))
        self.steps(Steps(done, total, begins, now - self._began))

    def timed(self, begin: float, *, is_failed: bool) -> Timed:
        """The stage, which ends now. A step that did not tell ends where the next begins."""
        end = time.time()
        ends = [when for _, when in self._steps[1:]] + [end]
        parts = self.parts or [Timed(*step, until) for step, until in zip(self._steps, ends, strict=False)]
        return Timed(self.name, begin, end, is_failed, parts)

    def steps(self, steps: Steps) -> None:
        """Called with what `step` was told."""


class Reporter(Protocol):
    """Where progress goes."""

    def open(self, name: str, zh: str, en: str) -> Stage:
        """A stage begins."""

    def close(self, stage: Stage, seconds: float) -> None:
        """A stage has ended, well or not."""

    def note(self, zh: str, en: str) -> None:
        """Something that people should know, in one line."""


class LogReporter:
    """Nobody looks on: stages stand in the log whoever does, notes are warnings there."""

    def open(self, name: str, zh: str, en: str) -> Stage:
        return Stage(name, zh, en)

    def close(self, stage: Stage, seconds: float) -> None:
        pass

    def note(self, zh: str, en: str) -> None:
        log.warning("%s / %s", zh, en)


@dataclass
class Run:
    """The reporter in use, and what each stage of this run has cost so far."""

    to: Reporter = field(default_factory=LogReporter)
    costs: dict[str, Cost] = field(default_factory=dict)
    database_seconds: dict[str, float] = field(default_factory=dict)
    """In how much of each stage's wall time DuckDB was at work on statements that ended within the stage."""
    began: Cost = field(default_factory=Cost.so_far)
    notes: list[str] = field(default_factory=list)
    dumps: dict[str, int] = field(default_factory=dict)
    """How many a stage was at, of those that are at dumps."""
    stages: list[Timed] = field(default_factory=list)
    began_at: float = field(default_factory=time.time)

    @property
    def timed(self) -> Timed:
        """The run up to now, by stages."""
        return Timed("run", self.began_at, time.time(), any(one.is_failed for one in self.stages[-1:]), self.stages)

    def note(self, zh: str, en: str) -> None:
        """Tell in one line what was found damaged and is made again; the same thing once."""
        if en not in self.notes:
            self.notes.append(en)
            self.to.note(zh, en)

    @contextmanager
    def stage(self, name: str, zh: str, en: str) -> Iterator[Stage]:
        """Announce a stage and take its cost."""
        with bound(stage=name):
            yield from self._stage(name, zh, en)

    def _stage(self, name: str, zh: str, en: str) -> Iterator[Stage]:
        stage = self.to.open(name, zh, en)
        log.info("stage begins")
        before, begin, is_failed = Cost.so_far(), time.time(), True
        try:
            with recorded() as statements:
                yield stage
            is_failed = False
        finally:
            spent = Cost.so_far() - before
            self.stages.append(stage.timed(begin, is_failed=is_failed))
            log.info("stage failed" if is_failed else "stage ends", extra={"seconds": spent.seconds})
            self.costs[name] = self.costs.get(name, NOTHING) + spent
            at_work = min(covered(statements, since=begin), spent.seconds)  # the clocks differ, other machines' too
            self.database_seconds[name] = round(self.database_seconds.get(name, 0.0) + at_work, 3)
            self.to.close(stage, spent.seconds)

    @property
    def seconds(self) -> dict[str, float]:
        """Wall time by stage."""
        return {name: cost.seconds for name, cost in self.costs.items()}

    @property
    def profile(self) -> dict[str, dict[str, float]]:
        """The costs by stage, with the wall time in which DuckDB was at work and in which it was not, and as `whole`
        those of the run with all that belongs to no stage."""
        profile = {name: asdict(cost) for name, cost in {**self.costs, "whole": Cost.so_far() - self.began}.items()}
        for name, seconds in self.database_seconds.items():
            profile[name] |= {"database_seconds": seconds, "other_seconds": round(self.seconds[name] - seconds, 3)}
        return profile


_run = Run()


def reporter() -> Run:
    """The progress of this process's run."""
    return _run


def report_to(to: Reporter) -> Run:
    """Send progress elsewhere from now on, and begin to count anew."""
    global _run
    _run = Run(to)
    return _run
