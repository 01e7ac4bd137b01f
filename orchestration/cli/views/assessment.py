"""A plan's assessment in the terminal: each target's grade and the units that make the gap."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rich.text import Text

from orchestration.cli.console import ConsoleReporter
from orchestration.cli.tables import figure
from orchestration.figure.assessment import PlanAssessment
from orchestration.text import inline, two_lines
from raw_landing.language import in_order

COLOURS = {"early": "green", "on_schedule": "green", "nearly": "yellow", "behind": "red"}


def show_assessment(console: ConsoleReporter, found: PlanAssessment) -> None:
    """The table, and below it what is to be known of single targets."""
    if not found.rows:
        console.say(inline("cli.plan_without_targets", title=found.title))
        return
    headings = (
        "",
        two_lines("cli.indicator"),
        two_lines("cli.unit"),
        two_lines("cli.target"),
        two_lines("cli.expected"),
        two_lines("cli.actual"),
        two_lines("cli.ratio"),
        two_lines("cli.grade"),
        two_lines("cli.gap_by_unit"),
    )
    title = f"{found.title} · {found.rows[0]['period_end']:%Y-%m-%d}"
    console.show(headings, [_line(row) for row in found.rows], title=title, numbers=(0, 3, 4, 5, 6))
    for row in found.rows:
        notes = (*in_order(row["revision_note_zh"], row["revision_note_en"]), row["reading_note"])
        for note in dict.fromkeys(filter(None, notes)):
            console.say(f"{row['seq']} {row['indicator_zh']}: {note}")
    console.say(inline("cli.assessment_legend"))


def _line(row: Mapping[str, Any]) -> tuple[str | Text, ...]:
    name = Text(row["indicator_zh"], style="bold" if row["is_binding"] else "")
    reasons = zip(row["reason_names_zh"] or (), row["reason_shares"] or (), strict=True)
    return (
        str(row["seq"]),
        name.append_text(Text(f"\n{row['indicator_en']}", style="dim")),
        row["unit"],
        *("–" if row[name] is None else figure(row[name]) for name in ("target", "expected_value", "actual")),
        "" if row["ratio"] is None else f"{row['ratio']:.3f}",
        Text("\n".join(in_order(row["grade_zh"], row["grade_en"])), style=COLOURS.get(row["grade"], "dim")),
        "\n".join(f"{unit} {share:.0%}" for unit, share in reasons),
    )
