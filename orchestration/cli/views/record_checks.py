"""What `hrss doubts` says in the terminal. Which records are doubtful stands in the restricted work list."""

from __future__ import annotations

from collections.abc import Sequence

from orchestration.cli.console import ConsoleReporter
from orchestration.restricted.work_list import Doubt, RuleDoubts, doubts_by_rule
from orchestration.settings import Settings
from orchestration.text import inline, two_lines
from raw_landing.language import in_order
from raw_landing.messages.problems import printable

_PSEUDONYM = 12  # characters shown: enough to see that two records are about one person


def show_rules(console: ConsoleReporter, settings: Settings) -> None:
    """All rules with their doubts, most first. Raises WorkListUnusable."""
    console.show(
        [two_lines("cli.rule"), two_lines("cli.doubts"), two_lines("cli.doubt_meaning")],
        [
            (rule.rule_id, f"{rule.doubts:,}", "\n".join(in_order(rule.name_zh, rule.name_en)))
            for rule in doubts_by_rule(settings)
        ],
        title=inline("cli.doubtful_records"),
        numbers=(1,),
    )


def show_records(console: ConsoleReporter, rule: RuleDoubts, found: Sequence[Doubt]) -> None:
    """The first doubts of a rule, one a line."""
    console.show(
        [
            two_lines("cli.dump"),
            two_lines("cli.line"),
            two_lines("cli.region"),
            two_lines("cli.period_end"),
            two_lines("cli.person"),
        ],
        [
            (
                printable(one.path),
                str(one.line_number),
                one.region_code,
                one.period_end.isoformat(),
                (one.person or "")[:_PSEUDONYM],
            )
            for one in found
        ],
        title=f"{' / '.join(in_order(rule.name_zh, rule.name_en))}: {rule.doubts:,}",
        numbers=(1,),
    )
    if rule.doubts > len(found):
        console.say(inline("cli.more_rows", shown=f"{len(found):,}"))
