"""The terminal: lines, tables, and the progress of work under way."""

from __future__ import annotations

import os
import sys
from collections.abc import Collection, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.progress import Progress as Bars
from rich.text import Text

from orchestration.cli.tables import Cell, table
from orchestration.progress import Stage, Steps
from orchestration.text import pair, words
from raw_landing.language import in_order

if TYPE_CHECKING:
    from raw_landing.progress import Progress

SECONDS_BETWEEN_LINES = 10.0
UNBOUNDED = 1 << 16
"""Columns of what is no terminal: lines are not broken."""


class ConsoleStage(Stage):
    """A stage with a bar on the terminal."""

    def __init__(self, name: str, zh: str, en: str, console: ConsoleReporter) -> None:
        super().__init__(name, zh, en)
        self.console = console

    def dumps(self, progress: Progress) -> None:
        """Show landing's progress: dumps done, rows, rate, time left."""
        detail = f"{progress.rows:,} {_counted('rows')}, {progress.rate:,.0f}/s{_time_left(progress.left)}"
        self.console.advance(progress.done, progress.total, _counted("dumps"), detail, progress.seconds)

    def steps(self, steps: Steps) -> None:
        """Show which step begins, how many are done, and the time left by their number."""
        detail = f"{steps.begins}{_time_left(steps.left)}"
        self.console.advance(steps.done, steps.total, _counted("steps"), detail, steps.seconds)


def _time_left(seconds: float | None) -> str:
    return "" if seconds is None else f", {' '.join(pair('cli.time_left'))} {seconds:.0f} s"


def _counted(what: str) -> str:
    return " ".join(words("cli.counted")[what])


class ConsoleReporter:
    """Writes to the terminal this process was started from, also while Dagster captures its output; or to the stream
    `to`, where standard output is for results alone."""

    def __init__(self, to: TextIO | None = None) -> None:
        self._file = to or os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8", errors="replace")
        self._is_own = to is None
        is_terminal = self._file.isatty()
        self.console = Console(file=self._file, highlight=False, width=None if is_terminal else UNBOUNDED)
        self._width = self.console.width if is_terminal else None
        self._bars = Bars(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("{task.fields[detail]}"),
            TimeElapsedColumn(),
            console=self.console,
            transient=True,
            disable=not self.console.is_terminal,
        )
        self._task: TaskID | None = None
        self._next_line = SECONDS_BETWEEN_LINES

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()
        if self._is_own:
            self._file.close()

    def say(self, text: str | Text) -> None:
        """One line."""
        self.console.print(text, soft_wrap=True)

    def say_plainly(self, text: str) -> None:
        """Lines as they are: no markup is looked for in them."""
        self.console.print(Text(text), soft_wrap=True)

    def show(
        self, headings: Sequence[str], rows: Sequence[Sequence[Cell]], *, title: str = "", numbers: Collection[int] = ()
    ) -> None:
        """A table that fits the terminal: see tables.table."""
        self.console.print(table(headings, rows, self._width, title=title, numbers=numbers))
        self.console.print()

    def note(self, zh: str, en: str) -> None:
        """What was found damaged and is made again."""
        self.say(Text(f"! {_both(zh, en)}"))

    def open(self, name: str, zh: str, en: str) -> Stage:
        """Begin a stage with a bar of its own."""
        self._bars.start()
        self._task = self._bars.add_task(_both(zh, en), total=None, detail="")
        self._next_line = SECONDS_BETWEEN_LINES
        return ConsoleStage(name, zh, en, self)

    def advance(self, done: int, total: int, of: str, detail: str, seconds: float) -> None:
        """Move the bar of the stage under way; where there is no terminal, a line now and then."""
        if self._task is not None:
            self._bars.update(self._task, completed=done, total=total, detail=detail)
        if not self.console.is_terminal and seconds >= self._next_line:
            self._next_line = seconds + SECONDS_BETWEEN_LINES
            self.say(f"  {done:,}/{total:,} {of}, {detail}")

    def close(self, stage: Stage, seconds: float) -> None:
        """Replace the bar by a line that stays."""
        if self._task is not None:
            self._bars.remove_task(self._task)
            self._task = None
        self._bars.stop()
        mark = "✓" if sys.exc_info()[0] is None else "✗"
        self.say(f"{mark} {_both(stage.zh, stage.en)}: {seconds:.1f} s")


def _both(zh: str, en: str) -> str:
    return " / ".join(in_order(zh, en))
