"""How a home stands: last run, inbox, gate, current release and its record. Shows nothing."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchestration.figure.query import open_release
from orchestration.files import read_json
from orchestration.pipeline.triggers import last_attempt
from orchestration.release.folder import ReleaseFolder
from orchestration.release.log import Event, history
from orchestration.run_record import GateRecord
from orchestration.settings import Settings
from raw_landing.errors import InboxUnreachable
from raw_landing.intake.inbox import Pending, pending
from raw_landing.storage.store import LandingStore

REJECTED_SHOWN = 10


@dataclass(frozen=True)
class HomeStatus:
    """What is known without a release."""

    last_run: dict[str, Any]
    inbox: Path
    waiting: Pending | None
    """None where the inbox cannot be reached."""
    gate: dict[str, Any]


@dataclass(frozen=True)
class ReleaseStatus:
    """What the current release says of itself, and the record of the releases."""

    release_id: str
    as_of: Any
    has_manifest: bool
    receipts: list[tuple[Any, ...]]
    """status, dumps, rows loaded, rows refused"""
    rejected: list[tuple[str, str, str]]
    """path and message in both languages"""
    overdue: list[tuple[Any, ...]]
    """extract, deliveries, units, first and last period end, most days late"""
    history: list[Event]


def home_status(settings: Settings) -> HomeStatus:
    """The last run, the inbox and the gate. Raises LandingError."""
    try:
        waiting = pending(settings.landing, settings.home)
    except InboxUnreachable:
        waiting = None
    gate = read_json(settings.gate_record, GateRecord)
    return HomeStatus(last_attempt(settings), settings.inbox, waiting, gate)


def release_status(settings: Settings) -> ReleaseStatus | None:
    """The current release; None where there is none. Raises DatabaseUnusable, HistoryDamaged."""
    if not ReleaseFolder.current(settings).marts.exists():
        return None
    with closing(open_release(ReleaseFolder.current(settings).marts)) as connection:
        release_id, as_of = connection.execute("select release_id, as_of from release limit 1").fetchone() or ("?", "?")
        receipts = connection.execute(
            """
            select status, count(*), sum(rows_loaded)::bigint, sum(rows_refused)::bigint
            from fct_landing_receipt group by status order by status
            """
        ).fetchall()
        rejected = connection.execute(
            "select dump_id, path, message_zh, message_en from fct_landing_receipt where status = 'rejected'"
            f" order by path limit {REJECTED_SHOWN}"
        ).fetchall()
        overdue = connection.execute(
            """
            select extract, count(*), count(distinct unit_code), min(period_end), max(period_end), max(days_late)
            from fct_reporting_completeness
            where expected and not received and days_late > 0
            group by extract order by count(*) desc, extract
            """
        ).fetchall()
    paths = _real_paths(settings, [dump_id for dump_id, *_ in rejected])
    shown = [(paths.get(dump_id, path), zh, en) for dump_id, path, zh, en in rejected]
    has_manifest = ReleaseFolder.current(settings).manifest.is_file()
    return ReleaseStatus(release_id, as_of, has_manifest, receipts, shown, overdue, history(settings))


def _real_paths(settings: Settings, dump_ids: list[str]) -> dict[str, str]:
    """The paths of dumps as the ledger has them: a release holds the hash of one that names no extract or unit. None
    where nothing was landed in this home."""
    from raw_landing.land import receipts

    if not LandingStore(settings.home).ledger.is_file():
        return {}
    return {receipt.dump_id: receipt.path for receipt in receipts(settings.home, dump_ids)}
