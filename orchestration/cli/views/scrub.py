"""What scrubbing found: in the terminal."""

from __future__ import annotations

from orchestration.cli.console import ConsoleReporter
from orchestration.cli.views.backups import first, size
from orchestration.operations.scrub import Scrub
from orchestration.text import inline, two_lines, words
from raw_landing.language import in_order


def show_scrub(console: ConsoleReporter, found: Scrub) -> None:
    """How much was looked at, then each damage and what becomes of it."""
    console.say_plainly(
        two_lines(
            "operations.scrubbed",
            files=found.files,
            all_files=found.all_files,
            size=size(found.bytes),
            all_size=size(found.all_bytes),
        )
    )
    if found.oldest is not None:
        console.say_plainly(inline("operations.scrub_oldest", at=found.oldest))
    if not found.damaged:
        console.say_plainly(inline("operations.scrub_well"))
    for name in first(list(found.damaged)):
        damage = found.damaged.get(name)
        if damage is None:
            console.say_plainly(f"! {name}")
            continue
        remedy = " / ".join(in_order(*words("operations.remedies")[damage.kind]))
        console.say_plainly(f"! {inline('operations.scrub_damage', name=name, since=damage.since)}: {remedy}")
    if found.discarded:
        console.say_plainly(two_lines("operations.rows_discarded", count=len(found.discarded)))
