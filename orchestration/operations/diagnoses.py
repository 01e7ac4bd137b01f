"""What `hrss doctor` looks at in the home: what a night cannot put right by itself, or would stop it. What a night
makes again is the night's."""

from __future__ import annotations

import os
import socket
import stat
from collections.abc import Callable, Iterator
from functools import partial
from glob import escape
from pathlib import Path

from orchestration.audit_log import verify_audit
from orchestration.files import read_json, switch_link
from orchestration.home_access import OTHERS, close_home, open_to_others
from orchestration.lock import Holder, holder
from orchestration.operations.finding import Finding
from orchestration.operations.put_back import put_back
from orchestration.operations.restore import BEFORE
from orchestration.pipeline.leftovers import leftovers, sweep
from orchestration.release.folder import ReleaseFolder
from orchestration.release.log import (
    RELEASE_ID,
    ROLLED_BACK,
    HistoryDamaged,
    current_event,
    current_id,
    day_and_number,
    history,
    read_history,
    reconcile,
    record,
    release_ids,
    taken_back,
)
from orchestration.release.notices import NoticesDamaged, notices
from orchestration.release.pointer import pointer_agrees, write_pointer
from orchestration.release.state import files_in_use
from orchestration.release.verify import damaged_files, is_intact_database
from orchestration.restricted.pseudonyms import KeyDamaged, current_key, is_in_use
from orchestration.scrub_record import open_damage
from orchestration.settings import Settings
from orchestration.text import pair, two_lines
from raw_landing.errors import LandingError
from raw_landing.intake.inbox import ledger_is_lost
from raw_landing.land import restore_ledger, unexplained_files
from raw_landing.storage.store import LandingStore

KNOWN = {
    *("archive", "landed", "quarantine", "warehouse.duckdb", "dbt", "dagster", "published", "released", "restricted"),
    *("spark", "outbox", "candidates", "alerts", "lost+found"),
}
"""Folders of a home, and what else stands there without an ending of its own."""
KNOWN_ENDINGS = {".json", ".jsonl", ".log", ".html", ".lock", ".lease", ".tmp", ".wal"}

RUN_AT_WORK = "run_at_work"
"""The kind of what is found where somebody writes to the home: it was not looked at."""


def look_at_home(settings: Settings, backup: Path | None) -> Iterator[Finding]:
    """Everything in the home that is not as it should be; what a `backup` has can be put back. Nothing where somebody
    else is at work: what is half done looks wrong. Raises OSError."""
    if not settings.home.is_dir():
        yield Finding("home_missing", pair("doctor.home_missing", home=settings.home))
        return
    owner = settings.home.stat().st_uid
    if owner != os.geteuid():
        said = pair("doctor.home_of_another", home=settings.home, owner=owner, user=os.geteuid())
        yield Finding("home_of_another", said)
        return
    at_work = holder(settings)
    if at_work is not None and at_work != Holder(socket.gethostname(), os.getpid()):
        said = pair("doctor.run_at_work", home=settings.home, host=at_work.host, pid=at_work.pid)
        yield Finding(RUN_AT_WORK, said, is_hint=True)
        return
    yield from _modes(settings)
    yield from _lock(settings)
    yield from _leftovers(settings)
    yield from _foreign(settings)
    yield from _set_aside(settings)
    yield from _ledger(settings)
    yield from _releases(settings, backup)  # before the record: it is brought up to the link
    yield from _history(settings)
    yield from _scrubbed(settings, backup)
    yield from _key(settings, backup)
    yield from _audit(settings)


def _modes(settings: Settings) -> Iterator[Finding]:
    mode, shared = open_to_others(settings)
    open_ = [] if stat.S_IMODE(settings.home.stat().st_mode) == mode else ["."]
    for path in settings.home.iterdir():
        found = path.lstat().st_mode
        if found & OTHERS and path not in shared and not stat.S_ISLNK(found):
            open_.append(path.name)
    if open_:
        said = pair("doctor.home_open", home=settings.home, names=", ".join(sorted(open_)))
        yield Finding("home_open", said, repair=lambda: close_home(settings))


def _lock(settings: Settings) -> Iterator[Finding]:
    owner = settings.lock_file.with_suffix(".json")
    if owner.exists() and holder(settings) is None:
        said = pair("doctor.lock_left", file=owner)
        yield Finding("lock_left", said, repair=lambda: None)  # whoever holds the lock to repair has replaced it


def _leftovers(settings: Settings) -> Iterator[Finding]:
    if found := leftovers(settings):
        said = pair("doctor.leftovers", count=len(found), first=min(found))
        yield Finding("leftovers", said, repair=lambda: sweep(settings))


def _foreign(settings: Settings) -> Iterator[Finding]:
    for path in sorted(settings.home.iterdir()):
        known = path.name in KNOWN or path.suffix in KNOWN_ENDINGS or path.name.startswith((".", "spill-"))
        if not known and path.name not in ("heartbeat", "error.log"):
            yield Finding("foreign", pair("doctor.foreign", path=path), path.name, is_hint=True)


def _set_aside(settings: Settings) -> Iterator[Finding]:
    """Former homes, with the rows of persons in them."""
    for path in sorted(settings.home.parent.glob(f"{escape(settings.home.name)}{BEFORE}*")):
        said = pair("doctor.home_set_aside", path=path)
        yield Finding("home_set_aside", said, path.name, is_hint=True)


def _ledger(settings: Settings) -> Iterator[Finding]:
    try:
        if ledger_is_lost(settings.home):
            ledger = LandingStore(settings.home).ledger
            said = pair("doctor.ledger_lost", ledger=ledger)
            yield Finding("ledger_lost", said, repair=lambda: restore_ledger(settings.home))
        elif unknown := unexplained_files(settings.home, files_in_use(settings)):
            yield Finding("archive_unexplained", pair("doctor.unexplained", count=len(unknown), first=min(unknown)))
    except LandingError as error:
        zh, _, en = str(error).partition("\n")
        yield Finding("ledger_unusable", (zh, en or zh))


def _history(settings: Settings) -> Iterator[Finding]:
    try:
        history(settings)
    except HistoryDamaged:
        said = pair("doctor.history_damaged", file=settings.history)
        yield Finding("history_damaged", said, repair=lambda: reconcile(settings))
    try:
        notices(settings)
    except NoticesDamaged:
        yield Finding("notices_damaged", pair("doctor.notices_damaged", file=settings.notices))


def _releases(settings: Settings, backup: Path | None) -> Iterator[Finding]:
    damaged = {one: damaged_files(ReleaseFolder.of(settings, one)) for one in release_ids(settings)}
    for release_id, names in damaged.items():
        folder = ReleaseFolder.of(settings, release_id).path
        for name, expected in names.items():
            where = (folder / name).relative_to(settings.home).as_posix()
            said = pair("doctor.release_damaged", release=release_id, name=name)
            yield Finding("release_damaged", said, where, _from(settings, backup, where, expected))
    whole = [one for one in damaged if is_intact_database(ReleaseFolder.of(settings, one))]
    current = current_id(settings)
    if current is None and damaged:
        meant = _before(settings, _meant(settings), whole, itself=True)
        said = (
            pair("doctor.link_lost", current=settings.current, release=meant)
            if meant
            else pair("doctor.link_lost_for_good", current=settings.current)
        )
        yield Finding("link_lost", said, repair=partial(_point, settings, meant) if meant else None)
    elif current is not None and current not in whole:
        other = _before(settings, current, whole)
        said = (
            pair("doctor.current_damaged", release=current, other=other)
            if other
            else pair("doctor.current_damaged_alone", release=current)
        )
        yield Finding("current_damaged", said, repair=partial(_send_back, settings, current, other) if other else None)
    elif not pointer_agrees(settings, current):
        said = pair("doctor.pointer_differs", pointer=settings.pointer, current=current or "–")
        yield Finding("pointer_differs", said, repair=lambda: write_pointer(settings, current_id(settings)))


def _meant(settings: Settings) -> str | None:
    """The release that readers were sent to by the record; where it cannot be read, by the file beside the link."""
    events, is_damaged = read_history(settings)
    event = current_event(events)
    named = event["to"] if event and not is_damaged else read_json(settings.pointer).get("release_id")
    return named if isinstance(named, str) and RELEASE_ID.fullmatch(named) else None


def _before(settings: Settings, release_id: str | None, whole: list[str], *, itself: bool = False) -> str | None:
    """The newest whole release before one (or that one `itself`) that readers were not sent back from: such a one is
    wrong, and what is newer, nobody has sent them to."""
    wrong = taken_back(read_history(settings)[0])
    for one in reversed(whole):
        is_older = release_id is not None and day_and_number(one) < day_and_number(release_id)
        if (itself and one == release_id) or (is_older and one not in wrong):
            return one
    return None


def _point(settings: Settings, release_id: str) -> None:
    """Unless readers were sent somewhere since it was looked at."""
    if current_id(settings) is None:
        settings.current.unlink(missing_ok=True)  # a link that leads nowhere
        switch_link(settings.current, ReleaseFolder.of(settings, release_id).path)
        reconcile(settings)


def _send_back(settings: Settings, current: str, other: str) -> None:
    """Unless the file was put back meanwhile, or readers were sent elsewhere."""
    if current_id(settings) == current and not is_intact_database(ReleaseFolder.of(settings, current)):
        reconcile(settings)
        record(settings, ROLLED_BACK, before=current, after=other, reason="hrss doctor --repair")
        switch_link(settings.current, ReleaseFolder.of(settings, other).path)
        write_pointer(settings, other)


def _scrubbed(settings: Settings, backup: Path | None) -> Iterator[Finding]:
    """What the last scrubs found damaged, but releases, which are looked at here, and rows, which are the night's."""
    for name, damage in open_damage(settings).items():
        if damage.kind == "original":
            said = pair("doctor.original_damaged", name=name, since=damage.since)
            yield Finding("original_damaged", said, name, _from(settings, backup, name, None))


def _key(settings: Settings, backup: Path | None) -> Iterator[Finding]:
    name = settings.pseudonym_key.relative_to(settings.home).as_posix()
    repair = None if backup is None else partial(_put_back_key, settings, backup, name)
    if not settings.pseudonym_key.exists():
        if settings.work_list.exists():
            yield Finding("key_lost", pair("doctor.key_lost", file=settings.pseudonym_key), name, repair)
        return
    try:
        current_key(settings)
    except KeyDamaged:
        yield Finding("key_damaged", pair("doctor.key_damaged", file=settings.pseudonym_key), name, repair)


def _put_back_key(settings: Settings, backup: Path, name: str) -> None:
    """Never one that was replaced: it may have leaked. Raises KeyDamaged."""
    if not put_back(settings, backup, name, fits=partial(is_in_use, settings)):
        raise KeyDamaged(two_lines("doctor.key_not_kept", folder=backup, key=name))


def _audit(settings: Settings) -> Iterator[Finding]:
    if not verify_audit(settings).is_whole:
        yield Finding("audit_broken", pair("doctor.audit_broken", file=settings.audit_log))


def _from(settings: Settings, backup: Path | None, name: str, expected: str | None) -> Callable[[], object] | None:
    return None if backup is None else partial(put_back, settings, backup, name, expected)
