"""What a backup did, what one holds, what was restored: in the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from orchestration.cli.console import ConsoleReporter
from orchestration.operations.backup import Backup
from orchestration.operations.bring_back import BroughtBack
from orchestration.operations.restore import Restored, Verified
from orchestration.settings import Settings
from orchestration.text import inline, two_lines

SHOWN = 20
"""Names of files that are listed of many."""


def show_backup(console: ConsoleReporter, folder: Path, done: Backup) -> None:
    """How much is in it, what is new, what was left out, what is not as it should be."""
    console.say_plainly(
        two_lines(
            "operations.backup_taken",
            moment=done.moment,
            files=done.files,
            size=size(done.bytes),
            contents=len(done.new),
            added=size(sum(done.new.values())),
        )
    )
    if done.left_out:
        names = ", ".join(f"{name} ({size(amount)})" for name, amount in done.left_out.items())
        console.say_plainly(two_lines("operations.backup_left_out", names=names))
    if done.removed:
        removed = ", ".join(done.removed)
        console.say_plainly(inline("operations.backup_pruned", moments=removed, freed=size(done.freed)))
    if not done.is_closed:
        console.say_plainly(two_lines("operations.backup_open", folder=folder))
    for name in first(done.mended):
        console.say_plainly(f"! {inline('operations.backup_mended', name=name)}")
    for name in first(done.lacking):
        console.say_plainly(f"! {inline('operations.backup_lacking', name=name)}")


def show_verified(console: ConsoleReporter, verdict: Verified) -> None:
    """How much was read, and what is damaged."""
    amount = size(verdict.bytes)
    console.say_plainly(
        two_lines("operations.backup_read", snapshots=verdict.snapshots, contents=verdict.contents, size=amount)
    )
    for moment in verdict.unreadable:
        console.say_plainly(f"! {inline('operations.snapshot_unreadable', moment=moment)}")
    for name in first(sorted(verdict.damaged)):
        moments = ", ".join(verdict.damaged[name])
        console.say_plainly(f"! {inline('operations.content_damaged', name=name, moments=moments)}")
    if verdict.is_whole:
        console.say_plainly(two_lines("operations.backup_whole"))
    else:
        console.say_plainly(two_lines("operations.backup_not_whole"))


def show_restored(console: ConsoleReporter, settings: Settings, done: Restored) -> None:
    """What stands where, and what is to be done next."""
    found = done.snapshot
    console.say_plainly(
        two_lines(
            "operations.home_restored",
            moment=done.moment,
            home=settings.home,
            files=len(found.files),
            size=size(found.bytes),
            release=found.release or "–",
        )
    )
    if done.before is not None:
        console.say_plainly(inline("operations.home_kept", before=done.before))
    for name in first(found.lacking):
        console.say_plainly(f"! {inline('operations.restored_without', name=name)}")
    console.say_plainly(two_lines("operations.refresh_next", home=settings.home))


def show_brought_back(console: ConsoleReporter, settings: Settings, address: str, done: BroughtBack) -> None:
    """What came from an address, what did not, and what is to be done next."""
    said = two_lines(
        "address.brought_back", address=address, home=settings.home, files=done.files, size=size(done.bytes)
    )
    console.say_plainly(said)
    for name in first(done.damaged):
        console.say_plainly(f"! {inline('address.not_brought_back', name=name)}")
    console.say_plainly(two_lines("address.refresh_next", home=settings.home))


def first(names: Sequence[str]) -> list[str]:
    """The first names, and how many more there are."""
    more = len(names) - SHOWN
    return [*names[:SHOWN], *([f"… + {more}"] if more > 0 else [])]


def size(amount: int) -> str:
    """Bytes as people read them."""
    number = float(amount)
    for unit in ("B", "kB", "MB", "GB"):
        if number < 1000:
            return f"{number:.0f} {unit}" if unit == "B" else f"{number:.1f} {unit}"
        number /= 1000
    return f"{number:.1f} TB"
