"""The release calendar in the terminal."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from orchestration.cli.console import ConsoleReporter
from orchestration.figure.calendar import PlannedRelease
from orchestration.text import CHINESE, ENGLISH, inline, two_lines
from raw_landing.language import in_order


def show_calendar(console: ConsoleReporter, planned: Sequence[PlannedRelease]) -> None:
    """The planned days with what they bring; those of the next one stand out."""
    if not planned:
        console.say(inline("cli.nothing_planned"))
        return
    headings = [two_lines("cli.release_on"), two_lines("cli.due_on"), two_lines("cli.period"), two_lines("cli.figures")]
    rows = [
        (
            Text(str(one.release_on), style="bold" if one.is_next else ""),
            str(one.due_on),
            str(one.period),
            "\n".join(
                in_order("、".join(map(CHINESE.of, one.names)), "; ".join(map(ENGLISH.of, one.names))),
            ),
        )
        for one in planned
    ]
    console.show(headings, rows)
