"""Two releases compared, in the terminal (`hrss diff`)."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from orchestration.attribution.causes import CAUSES
from orchestration.attribution.diff import Comparison
from orchestration.attribution.report import COLUMNS, WORDS, cells, in_order
from orchestration.cli.console import ConsoleReporter
from orchestration.text import CHINESE, ENGLISH, inline


def show_comparison(console: ConsoleReporter, comparison: Comparison) -> None:
    """The comparison on the terminal."""
    console.say(
        inline("cli.comparison_heading", before=comparison.before, after=comparison.after, values=comparison.values)
    )
    if not comparison.is_explained:
        console.say("\n".join(WORDS["unexplained"]))
    for cause, count in in_order(comparison.causes):
        console.say(f"  {' '.join(CAUSES[cause])}: {count:,}")
    if not comparison.differences:
        return
    table = Table(title_justify="left", show_lines=True)
    for heading in COLUMNS.values():
        table.add_column("\n".join(heading), overflow="fold")
    for one in comparison.differences:
        zh, en = cells(CHINESE, one), cells(ENGLISH, one)
        pairs = zip(zh, en, strict=True)
        texts = [Text(own if own == other else f"{own}\n{other}") for own, other in pairs]
        if one.is_binding:
            texts[0].stylize("bold")
        table.add_row(*texts)
    console.show(table)
    if (more := comparison.values - len(comparison.differences)) > 0:
        console.say("\n".join(WORDS["more"]).format(count=f"{more:,}"))
