"""The versions of definitions in the terminal: listed, and two of them side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from orchestration.cli.console import ConsoleReporter
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
    table = Table(title=f"{found.indicator_id} · {found.region_code}", title_justify="left", box=SIMPLE_HEAD)
    for heading in (
        two_lines("cli.period"),
        *(two_lines("cli.definition_version", version=version) for version in versions),
        two_lines("cli.difference"),
    ):
        table.add_column(heading, justify="right")
    for period_end, first, second, difference in found.rows:
        table.add_row(
            str(Period(found.period_type, period_end)),
            first or "–",
            second or "–",
            "–" if difference is None else f"{difference:+.6g}",
        )
    console.show(table)
