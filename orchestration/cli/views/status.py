"""How a home stands, in the terminal (`hrss status`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from orchestration.cli.console import ConsoleReporter
from orchestration.pipeline.status import HomeStatus, ReleaseStatus
from orchestration.release.log import PRUNED, PUBLISHED, ROLLED_BACK, UNRECORDED_LINK, Event, current_event
from orchestration.text import inline, two_lines, words
from raw_landing.messages.problems import printable

if TYPE_CHECKING:
    from raw_landing.intake.inbox import Skipped

EVENTS = {
    PUBLISHED: two_lines("cli.event_published"),
    ROLLED_BACK: two_lines("cli.event_rolled_back"),
    UNRECORDED_LINK: two_lines("cli.event_unrecorded_link"),
    PRUNED: two_lines("cli.event_pruned"),
}
EVENTS_SHOWN = 5
LEFT_SHOWN = 10


def show_home(console: ConsoleReporter, status: HomeStatus) -> None:
    """The last run, what waits in the inbox, what the gate said."""
    when = status.last_run.get("finished_at") or status.last_run.get("started_at") or "–"
    console.say(inline("cli.last_run", outcome=status.last_run.get("outcome", "–"), when=when))
    new, growing = len(status.waiting.new), len(status.waiting.growing)
    console.say(f"{inline('cli.inbox_waiting', count=new)};{inline('cli.inbox_growing', count=growing)}")
    _show_left(console, status.waiting.left)
    for stage, record in status.gate.items():
        failed = [row for row in record["rows"] if not row["success"]]
        console.say(inline("cli.gate_stage", stage=stage, rules=len(record["rows"]), failed=len(failed)))
        for row in sorted(failed, key=lambda row: str(row["severity"]))[:12]:
            console.say(
                f"  [{row['severity']}] {row['suite']}.{row['expectation']}: "
                f"{row['unexpected_count']} – {row['description_zh']}".replace("[", "\\[", 1)
            )


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
    table = Table(title=inline("cli.receipts"), title_justify="left")
    for heading in words("cli.receipt_columns").values():
        table.add_column("\n".join(heading), justify="right")
    for status, dumps, loaded, refused in release.receipts:
        table.add_row(status, f"{dumps:,}", f"{loaded:,}", f"{refused:,}")
    console.show(table)
    for path, zh, en in release.rejected:
        console.say(Text(f"✗ {path}\n    {zh}\n    {en}"))
    if not release.overdue:
        console.say(inline("cli.nothing_overdue"))
        return
    table = Table(title=inline("cli.overdue"), title_justify="left")
    for heading in words("cli.overdue_columns").values():
        table.add_column("\n".join(heading), justify="right")
    for row in release.overdue:
        table.add_row(*(str(value) for value in row))
    console.show(table)


def _show_left(console: ConsoleReporter, left: Sequence[Skipped]) -> None:
    """What lies in the inbox and is not landed, so that nobody waits for it."""
    for one in left[:LEFT_SHOWN]:
        console.say(Text(f"! {printable(one.path)}: {one.why}", style="yellow"))
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
    table = Table(title=inline("cli.record_of_releases"), title_justify="left", box=SIMPLE_HEAD)
    for heading in (
        two_lines("cli.at"),
        two_lines("cli.event"),
        two_lines("cli.from"),
        two_lines("cli.to"),
        two_lines("cli.who"),
        two_lines("cli.reason"),
    ):
        table.add_column(heading, overflow="fold")
    for event in events[-EVENTS_SHOWN:]:
        who = (event["who"], event["reason"])
        table.add_row(event["at"], EVENTS[event["event"]], event["from"] or "–", event["to"] or "–", *who)
    if events:
        console.show(table)
