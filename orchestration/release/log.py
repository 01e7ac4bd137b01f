"""Which release readers are sent to, since when and on whose word: the link, the record of every change of it, how long
releases are kept. Makes no release and judges none."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path
from typing import NotRequired

from pydantic import TypeAdapter
from typing_extensions import TypedDict  # of typing in Python 3.12, as pydantic needs it

from orchestration.audit_log import audit
from orchestration.files import PROBE, REMOVING, remove_folder, replace_text, sha256, switch_link
from orchestration.home_access import login_name
from orchestration.lookup import find
from orchestration.progress import reporter
from orchestration.release.folder import BUILDING, ReleaseFolder
from orchestration.release.pointer import write_pointer
from orchestration.settings import WUHAN, Settings
from orchestration.text import pair, two_lines
from raw_landing.errors import UserError
from raw_landing.storage.store import sync

PUBLISHED, ROLLED_BACK, PRUNED = "published", "rolled_back", "pruned"
UNRECORDED_LINK = "found"
"""The link did not stand as recorded: it was set by hand, or a run died between record and link."""
PROPOSED, REJECTED, SUPERSEDED = "proposed", "rejected", "superseded"
"""What becomes of a release that waits for approval, but for its publication: it is named as the one before, since
readers are sent nowhere by it."""
OF_LINK = (PUBLISHED, ROLLED_BACK, UNRECORDED_LINK)
"""The events that say where readers are sent."""

AUDITED = {
    PUBLISHED: "release_published",
    ROLLED_BACK: "release_rolled_back",
    PRUNED: "release_pruned",
    UNRECORDED_LINK: "release_link_found",
    PROPOSED: "candidate_proposed",
    REJECTED: "candidate_rejected",
    SUPERSEDED: "candidate_superseded",
}
"""What the audit log calls them."""

# A line of the record: when, what, the release readers were sent to before (or that was removed) and the one since.
Event = TypedDict(
    "Event",
    {
        "at": str,
        "event": str,
        "from": str | None,
        "to": str | None,
        "who": str,
        "reason": str,
        "manifest_sha256": str | None,
        "by": NotRequired[str],  # who approved or rejected it, by name
    },
)


_LINE = TypeAdapter(Event)
RELEASE_ID = re.compile("[0-9]{8}-[0-9]{2,}")


class HistoryDamaged(UserError):
    """The record cannot be read, so that nothing may be added to it or removed by it."""


def release_ids(settings: Settings) -> list[str]:
    """The releases whose folders are kept, oldest first."""
    return ids_in(settings.releases)


def ids_in(folder: Path) -> list[str]:
    """The releases whose folders stand in a folder, oldest first."""
    if not folder.is_dir():
        return []
    names = (path.name for path in folder.iterdir() if path.is_dir())
    return sorted(filter(RELEASE_ID.fullmatch, names), key=day_and_number)


def newest_id(settings: Settings) -> str | None:
    """The newest release, kept or not, published or put forward: ids only rise, whatever the clock does. Raises
    HistoryDamaged, OSError."""
    named = (event["to"] or event["from"] or "" for event in history(settings))
    there = {*release_ids(settings), *ids_in(settings.candidates), *filter(RELEASE_ID.fullmatch, named)}
    return max(there, key=day_and_number, default=None)


def day_and_number(release_id: str) -> tuple[str, int]:
    """What orders ids."""
    day, number = release_id.split("-")
    return day, int(number)


def current_id(settings: Settings) -> str | None:
    """The release that readers are sent to."""
    return settings.current.resolve().name if settings.current.exists() else None


LATEST, CURRENT = "latest", "current"
"""How the newest of the kept releases, and the one that readers are sent to, are named on the command line."""


def known_release(settings: Settings, asked: str) -> str:
    """The id of a release that is kept. Raises WrongUsage."""
    return among_releases(asked, release_ids(settings), current_id(settings))


def among_releases(asked: str, ids: Sequence[str], current: str | None) -> str:
    """The id that is meant, of these from the oldest to the newest. Raises WrongUsage."""
    newest_first = dict.fromkeys(reversed(ids), ())
    short = {LATEST: ids[-1]} if ids else {}
    if current is not None and current in ids:
        short[CURRENT] = current
    return find(pair("lookup.release"), asked, newest_first, short)


def history(settings: Settings) -> list[Event]:
    """The record, oldest first; empty where there is none. Raises HistoryDamaged, OSError."""
    events, damaged = read_history(settings)
    if damaged:
        raise HistoryDamaged(two_lines("release.log_damaged", history=settings.history))
    return events


def read_history(settings: Settings) -> tuple[list[Event], bool]:
    """The lines of the record that can be read, and whether there are others: then `reconcile` sets it aside. Raises
    OSError."""
    try:
        lines = settings.history.read_bytes().splitlines()
    except FileNotFoundError:
        return [], False
    events = []
    for line in lines:
        with suppress(ValueError):
            events.append(_LINE.validate_json(line))
    return events, len(events) < len(lines)


def _set_aside(settings: Settings) -> None:
    """Who published and rolled back, and why, cannot be made again: the damaged file stays, under another name."""
    aside = settings.history.with_name(f"{settings.history.name}.damaged-{datetime.now(WUHAN):%Y%m%dT%H%M%S}")
    aside.write_bytes(settings.history.read_bytes())
    sync(aside)
    reporter().note(
        *pair("release.log_continued", history=settings.history, aside=aside.name),
    )


def current_event(events: list[Event]) -> Event | None:
    """The last event that says where readers are sent."""
    return next((event for event in reversed(events) if event["event"] in OF_LINK), None)


def was_never_read(events: list[Event], release_id: str) -> bool:
    """Whether no line says that readers were ever sent to a release, or from it to another: a line of its own may be
    lost. A record without lines cannot tell."""
    named = {name for event in events if event["event"] in OF_LINK for name in (event["from"], event["to"])}
    return bool(events) and release_id not in named


def taken_back(events: list[Event]) -> set[str | None]:
    """The releases that readers were sent back from, to an older one, and to which they were not sent again."""
    found: set[str | None] = set()
    for event in events:
        if event["event"] in OF_LINK:
            found.discard(event["to"])
        before, after = event["from"], event["to"]
        if event["event"] == ROLLED_BACK and before and after and day_and_number(after) < day_and_number(before):
            found.add(before)
    return found


def moment(settings: Settings) -> datetime:
    """Now, to the second; but after all that is on record, so that a clock that went back turns no order around. Raises
    HistoryDamaged, OSError."""
    now = datetime.now(WUHAN).replace(microsecond=0)
    last = max((datetime.fromisoformat(event["at"]) for event in history(settings) if event["at"]), default=now)
    return now if now >= last else last.astimezone(WUHAN) + timedelta(seconds=1)


def record(
    settings: Settings,
    event: str,
    *,
    before: str | None,
    after: str | None,
    reason: str,
    by: str | None = None,
    manifest_sha256: str | None = None,
) -> None:
    """Add a line in the name of the user of this process. `by`: the person who decided, where that is told."""
    line: Event = {
        "at": moment(settings).isoformat(timespec="seconds"),
        "event": event,
        "from": before,
        "to": after,
        "who": login_name(),
        "reason": reason,
        "manifest_sha256": manifest_sha256,
    }
    if by is not None:
        line["by"] = by
    _write(settings, [*history(settings), line], new=[line])


def _write(settings: Settings, events: Sequence[Event], new: Sequence[Event]) -> None:
    """Nothing that stands in the record ever changes; a crash leaves it with the new lines or without, and the audit
    log with what may not have come to pass."""
    for one in new:
        facts = {"before": one["from"], "release": one["to"], "at": one["at"], "reason": one["reason"]}
        facts |= {"by": one["by"]} if "by" in one else {}
        audit(settings, AUDITED[one["event"]], **facts, manifest_sha256=one["manifest_sha256"])
    replace_text(settings.history, "".join(json.dumps(event, ensure_ascii=False) + "\n" for event in events))


def reconcile(settings: Settings) -> None:
    """Bring record and pointer up to the link: enter the release that was just published, or whose run died before it
    could; remove a release that nobody was ever sent to; note a link that stands otherwise than recorded.

    A damaged record is set aside, what can be read of it goes on. Releases that are kept and not in the record count as
    published, but for a newest one that is not current and that readers were never sent to, as far as a whole record
    tells: its run died before it switched the link. If somebody has approved that one, the link is switched now. Raises
    OSError.
    """
    events, is_damaged = read_history(settings)
    if is_damaged:
        _set_aside(settings)
    entered = {event["to"] for event in events if event["event"] == PUBLISHED}
    current, kept = current_id(settings), release_ids(settings)
    missing = [release_id for release_id in kept if release_id not in entered]
    if not is_damaged and missing and missing[-1] == kept[-1] != current and was_never_read(events, kept[-1]):
        if _is_signed(settings, kept[-1]):
            switch_link(settings.current, ReleaseFolder.of(settings, kept[-1]).path)
            current = kept[-1]
        elif entered:
            remove_folder(ReleaseFolder.of(settings, missing.pop()).path)
    if missing or is_damaged or not settings.history.exists():
        new = [_published(settings, one) for one in missing]
        for one in new:  # where it stood, if a line says that readers were sent elsewhere from there
            left = (at for at, event in enumerate(events) if event["event"] in OF_LINK and event["from"] == one["to"])
            events.insert(next(left, len(events)), one)
        _write(settings, events, new)
    last = current_event(history(settings))
    if (last["to"] if last else None) != current:
        record(settings, UNRECORDED_LINK, before=last["to"] if last else None, after=current, reason="")
    write_pointer(settings, current)


def _is_signed(settings: Settings, release_id: str) -> bool:
    """Whether a release was approved as the one after the current one."""
    manifest = ReleaseFolder.of(settings, release_id).read_manifest()
    return "sign_off" in manifest and manifest.get("previous_release_id") == current_id(settings)


def _published(settings: Settings, release_id: str) -> Event:
    """The publication of a release, as its manifest tells it: by whoever approved it, if somebody had to."""
    folder = ReleaseFolder.of(settings, release_id)
    manifest = folder.read_manifest()
    signed = manifest.get("sign_off")
    if signed is not None:
        return {
            "at": signed["at"],
            "event": PUBLISHED,
            "from": manifest.get("previous_release_id"),
            "to": release_id,
            "who": signed["login"],
            "reason": signed["note"],
            "manifest_sha256": sha256(folder.manifest),
            "by": signed["by"],
        }
    try:
        who = folder.path.owner()
    except KeyError:
        who = f"uid {folder.path.stat().st_uid}"
    return {
        "at": manifest.get("published_at", ""),
        "event": PUBLISHED,
        "from": manifest.get("previous_release_id"),
        "to": release_id,
        "who": who,
        "reason": "",
        "manifest_sha256": sha256(folder.manifest) if manifest else None,
    }


def prune(settings: Settings) -> None:
    """Remove the oldest release folders beyond the number to be kept; never one that a link beside `current` leads to.
    Raises OSError."""
    if settings.keep_releases == 0:
        return
    linked = {path.resolve() for path in settings.published.iterdir() if path.is_symlink()}
    for release_id in release_ids(settings)[: -settings.keep_releases]:
        folder = ReleaseFolder.of(settings, release_id).path
        if folder.resolve() not in linked:
            record(
                settings, PRUNED, before=release_id, after=None, reason=f"HRSS_KEEP_RELEASES={settings.keep_releases}"
            )
            remove_folder(folder)


def sweep(settings: Settings) -> None:
    """Remove what a run that died has left under temporary names. Raises OSError."""
    for path in settings.published.glob(".*.tmp"):
        path.unlink()
    folders = [settings.published.glob(f"{PROBE}*")]
    for folder in (settings.releases, settings.candidates):
        folders += [folder.glob(f"{prefix}*") for prefix in (BUILDING, REMOVING)]
    for path in chain.from_iterable(folders):
        remove_folder(path)
