"""`hrss diff` on the terminal: which two releases are meant, and what is shown of them."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from orchestration.attribution.causes import CAUSES
from orchestration.attribution.diff import Comparison, compare, known, predecessor
from orchestration.attribution.report import CHINESE, ENGLISH, in_order
from orchestration.cli.console import ConsoleReporter
from orchestration.errors import WrongUsage
from orchestration.figure.query import open_release
from orchestration.release.vintages import newest_readable
from orchestration.settings import Settings
from raw_landing.database import connect


def find_comparison(settings: Settings, first: str | None, second: str | None, limit: int) -> Comparison:
    """The comparison that was asked for: by default the current release with the one before it; with one release, that
    one with the current. Raises WrongUsage."""
    with connect(spill=settings.spill) as connection:
        newest = newest_readable(connection, settings)
    if newest is None:
        raise WrongUsage("没有可读的发布版 / there is no release that can be read")
    with open_release(newest[1]) as connection:
        after = second or settings.current.resolve().name
        before = predecessor(connection, after) if first is None else known(connection, first)
        if before is None:
            raise WrongUsage(f"{after} 之前没有版次 / there is no release before {after}")
        return compare(connection, before, after, limit)


def show_comparison(console: ConsoleReporter, comparison: Comparison) -> None:
    """The comparison on the terminal."""
    console.say(f"{comparison.before} → {comparison.after}: {comparison.values:,} 个值变动 / values changed")
    if not comparison.is_explained:
        console.say(f"{CHINESE.unexplained}\n{ENGLISH.unexplained}")
    for cause, count in in_order(comparison.causes):
        console.say(f"  {' '.join(CAUSES[cause])}: {count:,}")
    if not comparison.differences:
        return
    table = Table(title_justify="left", show_lines=True)
    for heading in zip(CHINESE.columns, ENGLISH.columns, strict=True):
        table.add_column("\n".join(heading), overflow="fold")
    for one in comparison.differences:
        zh, en = CHINESE.cells(one), ENGLISH.cells(one)
        pairs = zip(zh, en, strict=True)
        texts = [Text(own if own == other else f"{own}\n{other}") for own, other in pairs]
        if one.is_binding:
            texts[0].stylize("bold")
        table.add_row(*texts)
    console.show(table)
    if (more := comparison.values - len(comparison.differences)) > 0:
        console.say(f"{CHINESE.more.format(f'{more:,}')}\n{ENGLISH.more.format(f'{more:,}')}")
