"""Releases that wait for a person's approval: which one waits, what was decided of it, how readers are sent to it.
Nothing of a candidate but the manifest changes until then; who asks for that, and when, stands elsewhere."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from orchestration.errors import WrongUsage
from orchestration.files import remove_folder, replace_text, sha256, switch_link
from orchestration.home_access import login_name
from orchestration.release.folder import ReleaseFolder, manifest_text
from orchestration.release.log import (
    PROPOSED,
    PUBLISHED,
    REJECTED,
    SUPERSEDED,
    current_id,
    day_and_number,
    history,
    ids_in,
    known_release,
    moment,
    record,
    was_never_read,
)
from orchestration.settings import Settings
from orchestration.text import two_lines
from raw_landing.storage.store import sync

CANDIDATE = "candidate"
"""How the release that waits is named on the command line."""


def candidate_ids(settings: Settings) -> list[str]:
    """Whatever stands among the candidates, oldest first; the newest is the one that waits."""
    return ids_in(settings.candidates)


def candidate_folder(settings: Settings) -> ReleaseFolder | None:
    """The release that waits for approval."""
    ids = candidate_ids(settings)
    return ReleaseFolder.candidate(settings, ids[-1]) if ids else None


def waiting_since(settings: Settings) -> tuple[str, datetime] | None:
    """Its id and when it was made, where its manifest can be read."""
    folder = candidate_folder(settings)
    made = folder.read_manifest().get("published_at") if folder else None
    return (folder.release_id, datetime.fromisoformat(made)) if folder and made else None


def known_candidate(settings: Settings, asked: str) -> ReleaseFolder:
    """The release that waits, named as such or by its id. Raises WrongUsage."""
    folder = candidate_folder(settings)
    if folder is None or asked.strip() not in (CANDIDATE, folder.release_id):
        raise WrongUsage(two_lines("release.not_waiting", asked=asked, waiting=folder.release_id if folder else "–"))
    return folder


def known_folder(settings: Settings, asked: str) -> ReleaseFolder:
    """A release that is kept, or the one that waits for approval. Raises WrongUsage."""
    folder = candidate_folder(settings)
    if folder is not None and asked.strip() in (CANDIDATE, folder.release_id):
        return folder
    return ReleaseFolder.of(settings, known_release(settings, asked))


def is_current_after(folder: ReleaseFolder, current: str | None) -> bool:
    """Whether it was made, compared and judged as the one after the release that is current now."""
    return bool(folder.read_manifest().get("previous_release_id") == current)


def was_rejected(settings: Settings, release_id: str) -> bool:
    """Whether somebody has decided against it. Raises HistoryDamaged."""
    return any(event["event"] == REJECTED and event["from"] == release_id for event in history(settings))


def enter_candidates(settings: Settings) -> None:
    """Bring the record up to the candidates: enter the one that waits; remove those that a newer one, or a publication
    since, has overtaken, and one that was rejected. Call it after `reconcile`. Raises OSError."""
    events = history(settings)
    proposed = {event["from"] for event in events if event["event"] == PROPOSED}
    settled = {event["from"] for event in events if event["event"] in (REJECTED, SUPERSEDED)}
    published = [event["to"] for event in events if event["event"] == PUBLISHED]
    ids = candidate_ids(settings)
    for release_id in ids:
        folder = ReleaseFolder.candidate(settings, release_id)
        for left_over in folder.path.glob(".*.tmp"):  # of an approval that died
            left_over.unlink()
        overtaken = release_id != ids[-1] or _is_after(published, release_id)
        if release_id not in proposed:
            said = sha256(folder.manifest) if folder.manifest.is_file() else None
            record(settings, PROPOSED, before=release_id, after=None, reason="", manifest_sha256=said)
        if overtaken and release_id not in settled:
            record(settings, SUPERSEDED, before=release_id, after=None, reason=ids[-1])
        if overtaken or release_id in settled:
            drop(settings, folder)


def _is_after(published: list[str | None], release_id: str) -> bool:
    """Whether a release with a later id was published."""
    return any(day_and_number(one) > day_and_number(release_id) for one in published if one)


def reject(settings: Settings, folder: ReleaseFolder, by: str, reason: str) -> None:
    """Decide against a candidate, on record, and remove it. Raises OSError."""
    record(settings, REJECTED, before=folder.release_id, after=None, reason=reason, by=by)
    drop(settings, folder)


def drop(settings: Settings, folder: ReleaseFolder) -> None:
    """Remove a candidate, and what the next release would have been compared with."""
    kept = settings.released / folder.release_id
    remove_folder(folder.path)
    if kept.is_dir():
        remove_folder(kept)


def unsigned(manifest: dict[str, Any]) -> dict[str, Any]:
    """A manifest as it was before anybody signed it."""
    return {name: value for name, value in manifest.items() if name != "sign_off"}


def publish_signed(settings: Settings, folder: ReleaseFolder, by: str, note: str) -> None:
    """Enter in a candidate's manifest who approved it, and send readers to it.

    A run that dies after the manifest leaves a candidate that still waits; one that dies after the folder has moved, a
    release to which `reconcile` sends readers. Raises OSError.
    """
    goal = ReleaseFolder.of(settings, folder.release_id)
    signed = unsigned(folder.read_manifest()) | {
        "sign_off": {
            "by": by,
            "login": login_name(),
            "at": moment(settings).isoformat(timespec="seconds"),
            "note": note,
        }
    }
    mode = folder.manifest.stat().st_mode & 0o777
    replace_text(folder.manifest, manifest_text(signed), mode=0o600)
    folder.manifest.chmod(mode)
    folder.path.rename(goal.path)
    sync(settings.releases)
    sync(settings.candidates)
    switch_link(settings.current, goal.path)


def approved_unfinished(settings: Settings) -> str | None:
    """A release that was approved, and that readers were never sent to by the record: whoever approved it was
    interrupted."""
    kept = ids_in(settings.releases)
    if not kept or not was_never_read(history(settings), kept[-1]):
        return None
    manifest = ReleaseFolder.of(settings, kept[-1]).read_manifest()
    before = (kept[-1], manifest.get("previous_release_id"))
    return kept[-1] if "sign_off" in manifest and current_id(settings) in before else None
