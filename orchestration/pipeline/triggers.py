"""The nightly refresh as a whole: is there anything to do, do it through the Dagster job, remember how it ended."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from orchestration.audit_log import audit, audit_head
from orchestration.files import read_json, replace_text, write_json
from orchestration.lock import Busy, writer_lock
from orchestration.pipeline import laid_files
from orchestration.progress import reporter
from orchestration.provenance import build_fingerprint
from orchestration.release.at_address import follow_if_it_answers
from orchestration.release.candidates import (
    CANDIDATE,
    approved_unfinished,
    candidate_folder,
    candidate_ids,
    is_current_after,
    was_rejected,
)
from orchestration.release.folder import ReleaseFolder
from orchestration.release.log import current_id, day_and_number, read_history, reconcile, release_ids
from orchestration.release.pointer import pointer_agrees, write_pointer
from orchestration.run_record import GateRecord, NotBegun, RunRecord
from orchestration.scrub_record import open_damage
from orchestration.settings import WUHAN, Settings
from orchestration.text import pair
from raw_landing.database import DatabaseUnusable
from raw_landing.intake.inbox import ledger_version, pending


@dataclass(frozen=True)
class Trigger:
    """Why a refresh has work to do, in both languages."""

    zh: str
    en: str


def pending_triggers(settings: Settings, as_of: date, *, full: bool = False) -> list[Trigger]:
    """Everything that makes a refresh necessary; empty when nothing is new.

    New are: a dump or manifest, reference data, code, a last run that did not publish, a month that has turned.
    """
    last = last_run(settings)
    reasons = []
    if full:
        reasons.append(Trigger(*pair("run.full_rebuild_asked")))
    waiting = pending(settings.landing, settings.home)
    if arrived := len(waiting.new) + len(waiting.growing):
        reasons.append(Trigger(*pair("run.new_files", arrived=arrived)))
    if waiting.stale:
        reasons.append(Trigger(*pair("run.dumps_to_reread", stale=waiting.stale)))
    if waiting.is_ledger_lost:
        reasons.append(
            Trigger(
                *pair("run.ledger_lost"),
            )
        )
    damaged = open_damage(settings)
    if any(one.kind == "rows" and not (settings.home / name).exists() for name, one in damaged.items()):
        reasons.append(Trigger(*pair("run.rows_damaged")))
    is_published, is_proposed = ReleaseFolder.current(settings).marts.exists(), _is_proposed(settings, last)
    if not is_published and not is_proposed:
        reasons.append(Trigger(*pair("run.nothing_published")))
    if not last and not is_published:
        return reasons  # the first run: there is no earlier one to speak of
    proposed = candidate_folder(settings) if is_proposed else None
    if proposed is not None and not is_current_after(proposed, current_id(settings)):
        reasons.append(Trigger(*pair("run.candidate_outdated", release_id=proposed.release_id)))
    if last.get("outcome") != "published" and not is_proposed:
        reasons.append(Trigger(*pair("run.last_refresh_unpublished")))
    elif last.get("ledger_version") != waiting.ledger_version:
        reasons.append(Trigger(*pair("run.ledger_changed")))
    if last.get("made_by") not in (None, build_fingerprint(settings)):
        reasons.append(Trigger(*pair("run.program_changed")))
    if last.get("as_of") and last["as_of"][:7] != as_of.isoformat()[:7]:
        reasons.append(Trigger(*pair("run.month_changed")))
    return reasons


def _is_proposed(settings: Settings, last: dict[str, Any]) -> bool:
    """Whether the last run ended with a release that waits for approval, or was rejected: until something is new there
    is nothing to be done about it."""
    made = last.get("candidate")
    if not settings.sign_off or last.get("outcome") != CANDIDATE or made is None:
        return False
    return made in candidate_ids(settings) or was_rejected(settings, made)


def last_run(settings: Settings) -> dict[str, Any]:
    """What the last run left on record; empty where there is nothing, or nothing that can be read."""
    return read_json(settings.run_record, RunRecord)


def last_attempt(settings: Settings) -> dict[str, Any]:
    """What `last_run` says, but for how it ended, where a later attempt ended before it was a run. Raises OSError."""
    return last_run(settings) | read_json(settings.not_begun, NotBegun)


def record_not_begun(settings: Settings, outcome: str, why: str) -> None:
    """Remember that an attempt at a run failed or was interrupted before the run was on record. In a file of its own:
    nobody holds the lock here. Raises OSError."""
    write_json(settings.not_begun, {"outcome": outcome, "finished_at": datetime.now(WUHAN), "why": why, "again": False})


def record_start(settings: Settings, as_of: date) -> None:
    """Remember that a run began, of which day and with which code: if it dies, the next one is not taken for
    unnecessary; what changes while it runs is new to the next."""
    settings.not_begun.unlink(missing_ok=True)
    settings.gate_record.unlink(missing_ok=True)  # what the gate said of an earlier run says nothing of this one
    write_json(
        settings.run_record,
        {
            "outcome": "running",
            "as_of": as_of,
            "made_by": build_fingerprint(settings),
            "started_at": datetime.now(WUHAN),
            "before": current_id(settings),
            "newest": max(release_ids(settings), key=day_and_number, default=None),
            "published": last_run(settings).get("published"),
        },
    )
    audit(settings, "run_started", as_of=as_of)


def record_outcome(
    settings: Settings,
    outcome: str,
    why: str = "",
    release_id: str | None = None,
    *,
    again: bool = False,
    candidate: str | None = None,
) -> None:
    """Remember how far the run came or how it ended (landed, published, candidate, refused, failed), what each stage
    cost, and whether to run once more."""
    record = last_run(settings)
    record |= {"outcome": outcome, "finished_at": datetime.now(WUHAN), "why": why, "again": again}
    record |= {"seconds": reporter().seconds, "profile": reporter().profile, "gate": _gate_told(settings)}
    if outcome == "landed" or "ledger_version" not in record:  # a withdrawal after that is new to the next run
        record["ledger_version"] = ledger_version(settings.home)
    if outcome in ("published", CANDIDATE):
        record_heartbeat(settings)
    if release_id is not None:
        record["release_id"] = release_id
        record["published"] = {"release_id": release_id, "at": record["finished_at"], "as_of": record.get("as_of")}
    if candidate is not None:
        record["candidate"] = candidate
    if outcome != "landed":
        audit(settings, "run_ended", outcome=outcome, why=why, release=release_id or candidate)
    write_json(settings.run_record, record | {"audit": audit_head(settings)})


def record_heartbeat(settings: Settings) -> None:
    """Leave a sign of life: a run has published, or found nothing to do. Raises OSError."""
    settings.not_begun.unlink(missing_ok=True)
    replace_text(settings.heartbeat, f"{datetime.now(WUHAN).isoformat(timespec='seconds')}\n", mode=0o600)


def rest(settings: Settings, day: date) -> None:
    """What a night does that finds nothing new: it leaves a sign of life; the first one of a day brings the receipts up
    to what has become due. Raises OSError, LandingError."""
    before = last_heartbeat(settings)
    record_heartbeat(settings)
    if (before is not None and before.astimezone(WUHAN).date() >= day) or not settings.warehouse.exists():
        return
    from orchestration.outbox.write import write_receipts

    with suppress(Busy, DatabaseUnusable), writer_lock(settings, "hrss refresh", wait=False):  # or the next run
        write_receipts(settings, day)


def last_heartbeat(settings: Settings) -> datetime | None:
    """When the last sign of life was left; None where there is none that can be read."""
    try:
        found = datetime.fromisoformat(settings.heartbeat.read_text(encoding="utf-8").strip())
    except (OSError, ValueError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=WUHAN)


def _gate_told(settings: Settings) -> dict[str, dict[str, Any]]:
    """By stage: when the gate ran, how many rules it evaluated, and of how many the result of an earlier run held."""
    names = ("at", "passed", "evaluated", "kept")
    record = read_json(settings.gate_record, GateRecord)
    return {stage: {name: said.get(name) for name in names} for stage, said in record.items()}


def take_up(settings: Settings) -> None:
    """Enter on record what the last run has published, if it died or failed before it could: it is not published a
    second time. Where it died between the link and the file beside it, that follows; the addresses of releases and of
    landed files follow. Complete an approval that was interrupted. All of that reads the record of releases: a damaged
    one is set aside first. Raises Busy, AddressForeign, LandingError, OSError."""
    if read_history(settings)[1]:
        with writer_lock(settings, "hrss refresh"):
            reconcile(settings)
    if not pointer_agrees(settings, current_id(settings)):
        with writer_lock(settings, "hrss refresh"):
            write_pointer(settings, current_id(settings))
    if settings.releases_at is not None or settings.store_at is not None:
        with writer_lock(settings, "hrss refresh"):
            laid_files.follow_if_it_answers(settings)
            follow_if_it_answers(settings)
    if published_unrecorded(settings) is None and approved_unrecorded(settings) is None:
        return
    from orchestration.pipeline.stages import follow_publication

    with writer_lock(settings, "hrss refresh"):
        release_id = published_unrecorded(settings)
        if release_id is not None and follow_publication(settings, release_id):
            record_outcome(settings, "published", release_id=release_id)
            reporter().note(
                *pair("run.publication_recorded_late", release_id=release_id),
            )
        if (approved := approved_unrecorded(settings)) is not None:
            finish_approval(settings, approved)
            reporter().note(*pair("run.approval_completed", release_id=approved))


def approved_unrecorded(settings: Settings) -> str | None:
    """A release that somebody has approved, where what follows an approval was not done to its end."""
    last = last_run(settings)
    if last.get("outcome") == CANDIDATE and last.get("candidate") in release_ids(settings):
        return str(last["candidate"])
    return approved_unfinished(settings)


def finish_approval(settings: Settings, release_id: str) -> None:
    """Do what follows an approval; the caller holds the writer's lock. The list of doubtful records is that of the
    warehouse: where a later run has begun to change it, the list stays as it was. Raises OSError."""
    from orchestration.pipeline.stages import follow_publication
    from orchestration.release.publish import enter

    enter(settings)
    record = last_run(settings)
    if record.get("outcome") == CANDIDATE and record.get("candidate") == release_id:
        follow_publication(settings, release_id)
        record |= {"outcome": "published", "release_id": release_id}
    else:
        reporter().note(*pair("run.work_list_stays", release_id=release_id))
    manifest = ReleaseFolder.of(settings, release_id).read_manifest()
    now = datetime.now(WUHAN)
    record["published"] = {"release_id": release_id, "at": now, "as_of": manifest.get("as_of")}
    write_json(settings.run_record, record | {"audit": audit_head(settings)})


def published_unrecorded(settings: Settings) -> str | None:
    """The current release, if the last run made it and does not say so. One that was approved was made by a run that
    came to its end."""
    last, current = last_run(settings), current_id(settings)
    if last.get("outcome") not in ("landed", "failed") or current in (None, last.get("before")):
        return None
    manifest = ReleaseFolder.current(settings).read_manifest()
    same = all(manifest.get(name) == last.get(name) for name in ("as_of", "made_by"))
    follows = manifest.get("previous_release_id") == last.get("before")
    is_new = current is not None and day_and_number(current) > day_and_number(last.get("newest") or "0-0")
    return current if same and follows and is_new and "sign_off" not in manifest else None
