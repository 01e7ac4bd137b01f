"""`hrss purge`: removes what is over its period of keeping, as the settings have it, on record. What an active figure
rests on stays."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from orchestration.audit_log import audit
from orchestration.lock import Busy, writer_lock
from orchestration.pipeline.laid_files import follow_if_it_answers
from orchestration.release.state import files_in_use
from orchestration.settings import WUHAN, Settings
from orchestration.text import inline
from raw_landing.errors import UserError
from raw_landing.purge import Purgeable, purge, purgeable
from raw_landing.storage.store import LandingStore

log = logging.getLogger("hrss")


@dataclass(frozen=True)
class Overdue:
    """What is over its period: of landing, and lists for restricted use with their bytes."""

    landed: Purgeable
    lists: dict[Path, int]

    @property
    def bytes(self) -> int:
        """Of all its files."""
        return sum(self.landed.files.values()) + sum(self.lists.values())

    def __bool__(self) -> bool:
        """Whether there is anything."""
        return bool(self.landed.dumps or self.landed.refused_of or self.lists)


def overdue(settings: Settings, now: datetime | None = None) -> Overdue:
    """What is over its period; nothing where a period is 0. Raises LandingError, OSError."""
    now = now or datetime.now(WUHAN)
    lists_before = _days_before(now, settings.keep_restricted_days)
    lists = (
        settings.work_list,
        settings.restricted_tables,
        settings.pseudonym_map,
        settings.probable_links,
    )
    old = {path: path.stat() for path in lists if lists_before and path.is_file()}
    return Overdue(
        purgeable(
            settings.home,
            dumps_before=_months_before(now, settings.keep_originals_months),
            refused_before=_days_before(now, settings.keep_quarantine_days),
            in_use=files_in_use(settings),
        ),
        {
            path: facts.st_size
            for path, facts in old.items()
            if lists_before and datetime.fromtimestamp(facts.st_mtime, WUHAN) < lists_before
        },
    )


def purge_overdue(settings: Settings) -> Overdue:
    """Remove it, and put on record what was removed; from the address of landed files too, if it answers (else the next
    run does). Raises Busy, AddressForeign, LandingError, OSError."""
    with writer_lock(settings, "hrss purge"):
        found = overdue(settings)
        if not found:
            return found
        audit(
            settings,
            "overdue_purged",
            dumps=[dump.dump_id for dump in found.landed.dumps],
            refused_rows_of=[dump.dump_id for dump in found.landed.refused_of],
            lists=[path.name for path in found.lists],
            keep_originals_months=settings.keep_originals_months,
            keep_quarantine_days=settings.keep_quarantine_days,
            keep_restricted_days=settings.keep_restricted_days,
        )
        if found.landed.dumps or found.landed.refused_of:
            purge(settings.home, found.landed)
        for path in found.lists:
            path.unlink(missing_ok=True)
        follow_if_it_answers(settings)
    return found


def purge_quietly(settings: Settings) -> None:
    """The same for a night, where a period is set: what goes wrong is logged, and left to the next."""
    if not (settings.keep_originals_months or settings.keep_quarantine_days or settings.keep_restricted_days):
        return
    try:
        if settings.home.is_dir() and LandingStore(settings.home).ledger.is_file():
            purge_overdue(settings)
    except Busy:
        log.info(inline("operations.purge_postponed"))
    except (OSError, UserError) as error:
        log.warning(inline("operations.purge_failed", why=type(error).__name__))


def _days_before(now: datetime, days: int) -> datetime | None:
    return now - timedelta(days=days) if days else None


def _months_before(now: datetime, months: int) -> datetime | None:
    """The same day so many months before; the 28th at most, so that every month has it."""
    if not months:
        return None
    count = 12 * now.year + now.month - 1 - months
    return now.replace(year=count // 12, month=count % 12 + 1, day=min(now.day, 28))
