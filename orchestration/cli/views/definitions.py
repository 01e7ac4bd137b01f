"""The versions of definitions in the terminal: listed, and two of them side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.text import Text

from orchestration.cli.console import ConsoleReporter
from orchestration.cli.tables import figure
from orchestration.figure.definitions import VersionComparison
from orchestration.figure.resolve import Period
from orchestration.text import inline, two_lines


def show_definitions(console: ConsoleReporter, rows: Sequence[tuple[Any, ...]]) -> None:
    """Every version with its days of force and its formula."""
    for indicator_id, version, name, first, last, is_in_force, zh, en in rows:
        state = (
            inline("cli.definition_in_force")
            if is_in_force
            else inline("cli.definition_draft")
            if first is None
            else inline("cli.definition_not_in_force")
        )
        days = "" if first is None else f", {first} – {last or ''}"
        console.say(
            Text(f"{indicator_id} {version}  {name}  [{state}{days}]", style="bold" if is_in_force else "yellow")
        )
        console.say(Text(f"    {zh}\n    {en}"))


def show_comparison(console: ConsoleReporter, found: VersionComparison, versions: tuple[int, int]) -> None:
    """The history of one region by two versions of a definition, side by side."""
    for version in versions:
        console.say(Text(f"{version}: {found.formulas[version]}"))
    if not found.rows:
        console.say(
            inline("cli.definition_without_values", region_code=found.region_code, period_type=found.period_type)
        )
        return
    headings = [
        two_lines("cli.period"),
        *(two_lines("cli.definition_version", version=version) for version in versions),
        two_lines("cli.difference"),
    ]
    rows = [
        (str(Period(found.period_type, end)), *(one or "–" if isinstance(one, str) else figure(one) for one in values))
        for end, *values in found.rows
    ]
    console.show(headings, rows, title=f"{found.indicator_id} · {found.region_code}", numbers=(1, 2, 3))
