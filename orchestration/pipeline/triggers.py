"""The nightly refresh as a whole: is there anything to do, do it through the Dagster job, remember how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from orchestration.files import read_json, write_json
from orchestration.pipeline.lock import writer_lock
from orchestration.pipeline.progress import reporter
from orchestration.pipeline.provenance import made_by
from orchestration.settings import WUHAN, Settings
from raw_landing.intake.inbox import pending


@dataclass(frozen=True)
class Reason:
    """Why a refresh has work to do, in both languages."""

    zh: str
    en: str


def reasons_to_run(settings: Settings, as_of: date, *, full: bool = False) -> list[Reason]:
    """Everything that makes a refresh necessary; empty when nothing is new.

    New are: a dump or manifest, reference data, code, a last run that did not publish, a month that has turned.
    """
    last = read_json(settings.run_record)
    reasons = []
    if full:
        reasons.append(Reason("要求全部重算", "a full rebuild was asked for"))
    waiting = pending(settings.landing, settings.home)
    if arrived := len(waiting.new) + len(waiting.growing):
        reasons.append(Reason(f"有 {arrived} 个新文件", f"{arrived} new dumps or manifests"))
    if waiting.stale:
        reasons.append(Reason(f"{waiting.stale} 个文件须按新契约重读", f"{waiting.stale} dumps to read again"))
    if waiting.is_ledger_lost:
        reasons.append(
            Reason(
                "入库台账缺失、损坏或旧于档案,将据档案重建",
                "the ledger is lost or older than the archive: it is made again",
            )
        )
    if not settings.current_marts.exists():
        reasons.append(Reason("尚无发布版", "nothing is published yet"))
    if last.get("outcome") != "published":
        reasons.append(Reason("上次更新未发布", "the last refresh did not publish"))
    elif last.get("ledger_version") != waiting.ledger_version:
        reasons.append(Reason("入库台账有变动", "the ledger has changed (a withdrawal)"))
    if last.get("made_by") not in (None, made_by(settings)):
        reasons.append(
            Reason("程序、公式、参考数据或设置有变动", "code, formulas, reference data or settings have changed")
        )
    if last.get("as_of") and last["as_of"][:7] != as_of.isoformat()[:7]:
        reasons.append(Reason("月份已变", "the month of the as-of date has changed"))
    return reasons


def record_start(settings: Settings, as_of: date) -> None:
    """Remember that a run began, of which day and with which code: if it dies, the next one is not taken for
    unnecessary; what changes while it runs is new to the next."""
    settings.gate_record.unlink(missing_ok=True)  # what the gate said of an earlier run says nothing of this one
    write_json(
        settings.run_record,
        {
            "outcome": "running",
            "as_of": as_of,
            "made_by": made_by(settings),
            "started_at": datetime.now(WUHAN),
            "published": read_json(settings.run_record).get("published"),
        },
    )


def record_outcome(settings: Settings, outcome: str, why: str = "", release_id: str | None = None) -> None:
    """Remember how the run ended (landed, published, refused, failed) and what each stage cost."""
    record = read_json(settings.run_record)
    record |= {"outcome": outcome, "finished_at": datetime.now(WUHAN), "why": why}
    record |= {"seconds": reporter().seconds, "profile": reporter().profile}
    if release_id is not None:
        ledger_version = pending(settings.landing, settings.home).ledger_version
        record |= {"release_id": release_id, "ledger_version": ledger_version}
        record["published"] = {"release_id": release_id, "at": record["finished_at"], "as_of": record.get("as_of")}
    write_json(settings.run_record, record)


def refresh(
    settings: Settings, as_of: date | None, *, full: bool = False, accepted: Mapping[str, str] = MappingProxyType({})
) -> dict[str, Any]:
    """Run the Dagster job `nightly_refresh` in this process and return the release's manifest. `accepted`: critical
    failures that do not stop it (suite.rule: reason).

    Raises Busy, GateRefused, BuildFailed, PublicationError, LandingError as the stages raised them.
    """
    with writer_lock(settings, "hrss refresh"):
        pass  # refuse before the seconds that loading Dagster takes; the job takes the lock itself
    from orchestration.defs.job import run_in_process

    run_in_process(settings, as_of, full=full, accepted=accepted)
    return read_json(settings.current / "manifest.json")
