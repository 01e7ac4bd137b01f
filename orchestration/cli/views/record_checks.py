"""What `hrss doubts` says in the terminal. Which records are doubtful stands in the restricted work list."""

from __future__ import annotations

from rich.table import Table

from orchestration.cli.console import ConsoleReporter
from orchestration.restricted.work_list import doubts_by_rule, doubts_of_rule
from orchestration.settings import Settings
from orchestration.text import inline, two_lines

_PSEUDONYM = 12  # characters shown: enough to see that two records are about one person


def show_rules(console: ConsoleReporter, settings: Settings) -> None:
    """All rules with their doubts, most first. Raises WorkListUnusable."""
    table = Table(title=inline("cli.doubtful_records"), title_justify="left")
    for heading in (two_lines("cli.rule"), two_lines("cli.doubts"), two_lines("cli.doubt_meaning")):
        table.add_column(heading, justify="right" if heading.endswith("doubts") else "left", overflow="fold")
    for rule in doubts_by_rule(settings):
        table.add_row(rule.rule_id, f"{rule.doubts:,}", f"{rule.name_zh}\n{rule.name_en}")
    console.show(table)


def show_records(console: ConsoleReporter, settings: Settings, rule_id: str, limit: int) -> None:
    """The first doubts of a rule, one a line. Raises WrongUsage, WorkListUnusable."""
    rule, found = doubts_of_rule(settings, rule_id, limit)
    table = Table(title=f"{rule.name_zh} / {rule.name_en}: {rule.doubts:,}", title_justify="left")
    for heading in (
        two_lines("cli.dump"),
        two_lines("cli.line"),
        two_lines("cli.region"),
        two_lines("cli.period_end"),
        two_lines("cli.person"),
    ):
        table.add_column(heading, justify="right" if heading.endswith("line") else "left", overflow="fold")
    for one in found:
        person = "" if one.person is None else one.person[:_PSEUDONYM]
        table.add_row(one.path, str(one.line_number), one.region_code, one.period_end.isoformat(), person)
    console.show(table)
