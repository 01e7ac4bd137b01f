"""Brings a home of any earlier program to the layout of this one, step by step. Each step can be repeated: a run that
is killed within one begins it anew. The caller holds the right to write.

| layout | since      | what it has that the one before has not
|--------|------------|----------------------------------------
| 1      | 2026-11-22 | archive, landed, quarantine, warehouse, releases, Dagster's record
| 2      | 2026-11-22 | a record of publications, `published/history.jsonl`
| 3      | 2026-11-28 | no copy of what Dagster's steps printed, which may quote a row
| 4      | 2026-11-28 | a sign of life, `heartbeat`

What did not need a step is brought forward where it is read: the tables of the ledger (raw_landing.ledger.schema), its
journal (begun by the first landing), the schema of releases (release.folder), modes (home_access), names of temporary
folders (leftovers).
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from orchestration.files import read_json, replace_text
from orchestration.layout import LAYOUT, note_layout, noted_layout, refuse_newer
from orchestration.progress import reporter
from orchestration.release.log import reconcile, release_ids
from orchestration.run_record import RunRecord
from orchestration.settings import WUHAN, Settings
from orchestration.text import pair


def bring_up_to_date(settings: Settings) -> None:
    """Take the steps that a home lacks, and put on record which layout it has. Raises NewerHome, OSError."""
    refuse_newer(settings)
    noted = noted_layout(settings)
    if noted == LAYOUT:
        return
    begun = noted or recognized(settings)
    for layout in range(begun, LAYOUT):
        STEPS[layout](settings)
        note_layout(settings, layout + 1)
    if begun < LAYOUT:
        reporter().note(*pair("run.home_brought_forward", home=settings.home, before=begun, after=LAYOUT))
    else:
        note_layout(settings, LAYOUT)


def recognized(settings: Settings) -> int:
    """The layout of a home that has none on record, by what is there; a new home has the present one."""
    if release_ids(settings) and not settings.history.exists():
        return 1
    if (settings.dagster_home / "storage").exists():
        return 2
    if _published_at(settings) is not None and not settings.heartbeat.exists():
        return 3
    return LAYOUT


def _enter_publications(settings: Settings) -> None:
    """1 to 2: enter on record the releases that are kept."""
    if settings.published.is_dir():
        reconcile(settings)


def _forget_what_steps_printed(settings: Settings) -> None:
    """2 to 3: dbt may have quoted a row."""
    with suppress(FileNotFoundError):
        shutil.rmtree(settings.dagster_home / "storage")


def _leave_sign_of_life(settings: Settings) -> None:
    """3 to 4: a run that published was a good end, else a home that is well would be called stale."""
    published_at = _published_at(settings)
    if published_at is not None and not settings.heartbeat.exists():
        replace_text(settings.heartbeat, f"{published_at.isoformat(timespec='seconds')}\n", mode=0o600)


def _published_at(settings: Settings) -> datetime | None:
    """When the last run ended, if it published."""
    last = read_json(settings.run_record, RunRecord)
    if last.get("outcome") != "published" or not last.get("finished_at"):
        return None
    moment = datetime.fromisoformat(last["finished_at"])
    return moment if moment.tzinfo else moment.replace(tzinfo=WUHAN)


STEPS: dict[int, Callable[[Settings], None]] = {
    1: _enter_publications,
    2: _forget_what_steps_printed,
    3: _leave_sign_of_life,
}
"""By the layout that a step begins from."""
