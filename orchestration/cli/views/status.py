"""How a home stands, in the terminal (`hrss status`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.text import Text

from orchestration.cli.console import ConsoleReporter
from orchestration.pipeline.status import HomeStatus, ReleaseStatus
from orchestration.release.log import (
    PROPOSED,
    PRUNED,
    PUBLISHED,
    REJECTED,
    ROLLED_BACK,
    SUPERSEDED,
    UNRECORDED_LINK,
    Event,
    current_event,
)
from orchestration.rendering.labels import SEVERITY
from orchestration.text import inline, pair, two_lines, words
from raw_landing.language import in_order
from raw_landing.messages.problems import printable

if TYPE_CHECKING:
    from raw_landing.intake.inbox import Skipped

EVENTS_SHOWN = 5
LEFT_SHOWN = 10
RULES_SHOWN = 12
TO_THE_MINUTE = len("2026-01-30 02:30")


def show_home(console: ConsoleReporter, status: HomeStatus, *, all_rules: bool = False) -> None:
    """The last run, what waits in the inbox, what the gate said."""
    when = status.last_run.get("finished_at") or status.last_run.get("started_at") or "–"
    console.say(inline("cli.last_run", outcome=status.last_run.get("outcome", "–"), when=when[:TO_THE_MINUTE]))
    if status.waiting is None:
        console.say(Text(inline("cli.inbox_missing_status", inbox=status.inbox), style="yellow"))
    else:
        new, growing = len(status.waiting.new), len(status.waiting.growing)
        console.say(f"{inline('cli.inbox_waiting', count=new)};{inline('cli.inbox_growing', count=growing)}")
        _show_left(console, status.waiting.left)
    for stage, record in status.gate.items():
        failed = [row for row in record["rows"] if not row["success"]]
        console.say(inline("cli.gate_stage", stage=stage, rules=len(record["rows"]), failed=len(failed)))
        _show_failed(console, failed, None if all_rules else RULES_SHOWN)


def _show_failed(console: ConsoleReporter, failed: Sequence[dict[str, Any]], most: int | None) -> None:
    """The rules that failed, critical ones first."""
    severities = list(SEVERITY)
    in_order_of_severity = sorted(failed, key=lambda row: severities.index(row["severity"]))
    for row in in_order_of_severity[:most]:
        severity = " ".join(in_order(*SEVERITY[row["severity"]]))
        meaning = " / ".join(in_order(row["description_zh"], row.get("description_en") or row["description_zh"]))
        count = "–" if row["unexpected_count"] is None else f"{row['unexpected_count']:,}"
        console.say(Text(f"  [{severity}] {row['suite']}.{row['expectation']}: {count} – {meaning}"))
    if most is not None and len(failed) > most:
        console.say(Text(f"  {inline('cli.rules_left_out', count=len(failed) - most)}"))


def show_release(console: ConsoleReporter, release: ReleaseStatus | None, current: str | None) -> None:
    """The release `current`, which readers get: its dumps, what is overdue, and the record of the releases."""
    if release is None:
        console.say(inline("cli.status_unpublished"))
        return
    _show_published(console, release)
    _show_history(console, release.history, current)


def _show_published(console: ConsoleReporter, release: ReleaseStatus) -> None:
    console.say(
        f"{inline('cli.current_release', release_id=release.release_id)},{inline('cli.as_of', as_of=release.as_of)}"
    )
    if not release.has_manifest:
        console.say(inline("cli.manifest_missing"))
    console.show(
        _columns(words("cli.receipt_columns")),
        [(status, *(f"{count:,}" for count in counts)) for status, *counts in release.receipts],
        title=inline("cli.receipts"),
        numbers=(1, 2, 3),
    )
    for path, zh, en in release.rejected:
        said = "\n    ".join(in_order(zh, en))
        console.say(Text(f"✗ {printable(path)}\n    {said}"))
    rejected = sum(count for status, count, *_ in release.receipts if status == "rejected")
    if rejected > len(release.rejected):
        console.say(inline("cli.rejected_left_out", count=rejected - len(release.rejected)))
    if not release.overdue:
        console.say(inline("cli.nothing_overdue"))
        return
    console.show(
        _columns(words("cli.overdue_columns")),
        [[str(value) for value in row] for row in release.overdue],
        title=inline("cli.overdue"),
        numbers=(1, 2, 5),
    )


def _columns(names: Mapping[str, tuple[str, str]]) -> list[str]:
    return ["\n".join(in_order(*name)) for name in names.values()]


def _show_left(console: ConsoleReporter, left: Sequence[Skipped]) -> None:
    """What lies in the inbox and is not landed, so that nobody waits for it."""
    for one in left[:LEFT_SHOWN]:
        console.say(Text(f"! {printable(one.path)}: {' / '.join(in_order(one.zh, one.en))}", style="yellow"))
    if len(left) > LEFT_SHOWN:
        console.say(inline("cli.more_left_alone", amount=len(left) - LEFT_SHOWN))


def _show_history(console: ConsoleReporter, events: list[Event], current: str | None) -> None:
    """The last changes of what readers are sent to; a rollback that is in force stands out."""
    last = current_event(events)
    if last and last["event"] == ROLLED_BACK and last["to"] == current:
        said = inline(
            "cli.current_rolled_back", from_=last["from"], reason=last["reason"], who=last["who"], at=last["at"]
        )
        console.say(Text(said, style="bold yellow"))
    if not events:
        return
    names = {
        PUBLISHED: pair("cli.event_published"),
        ROLLED_BACK: pair("cli.event_rolled_back"),
        UNRECORDED_LINK: pair("cli.event_unrecorded_link"),
        PRUNED: pair("cli.event_pruned"),
        PROPOSED: pair("cli.event_proposed"),
        REJECTED: pair("cli.event_rejected"),
        SUPERSEDED: pair("cli.event_superseded"),
    }
    console.show(
        [
            two_lines("cli.at"),
            two_lines("cli.event"),
            two_lines("cli.from"),
            two_lines("cli.to"),
            two_lines("cli.who"),
            two_lines("cli.reason"),
        ],
        [
            (
                event["at"],
                "\n".join(in_order(*names[event["event"]])),
                event["from"] or "–",
                event["to"] or "–",
                f"{event['by']} ({event['who']})" if "by" in event else event["who"],
                event["reason"],
            )
            for event in events[-EVENTS_SHOWN:]
        ],
        title=inline("cli.record_of_releases"),
    )
