"""Two releases compared, in the terminal (`hrss diff`)."""

from __future__ import annotations

from rich.text import Text

from orchestration.attribution.causes import CAUSES
from orchestration.attribution.diff import Comparison
from orchestration.attribution.report import COLUMNS, WORDS, cells, in_order
from orchestration.cli.console import ConsoleReporter
from orchestration.text import CHINESE, ENGLISH, inline
from raw_landing import language


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
    rows = []
    for one in comparison.differences:
        zh, en = cells(CHINESE, one), cells(ENGLISH, one)
        pairs = (language.in_order(*both) for both in zip(zh, en, strict=True))
        texts = [Text(own if own == other else f"{own}\n{other}") for own, other in pairs]
        if one.is_binding:
            texts[0].stylize("bold")
        rows.append(texts)
    console.show(["\n".join(language.in_order(*heading)) for heading in COLUMNS.values()], rows, numbers=(3, 4, 5))
    if (more := comparison.values - len(comparison.differences)) > 0:
        console.say("\n".join(WORDS["more"]).format(count=f"{more:,}"))
