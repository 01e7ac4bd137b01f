"""Whether a home is well, for whoever watches it: one state with its reasons, and numbers for a monitoring system."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

import duckdb

from orchestration.figure.query import open_release
from orchestration.files import read_json
from orchestration.lock import holder
from orchestration.pipeline.clock import BACK
from orchestration.pipeline.triggers import last_attempt, last_heartbeat
from orchestration.release.candidates import waiting_since
from orchestration.release.folder import ReleaseFolder
from orchestration.release.log import current_id, release_ids
from orchestration.release.pointer import pointer_agrees
from orchestration.release.verify import is_intact_database
from orchestration.run_record import OverdueRecord
from orchestration.scrub_record import open_damage, scrubbed_since
from orchestration.settings import WUHAN, Settings
from orchestration.text import Pair, pair
from raw_landing.database import DatabaseUnusable

State = Literal["well", "failed", "refused", "stale"]
EXIT_CODES: dict[State, int] = {"well": 0, "failed": 1, "refused": 3, "stale": 4}
"""What `hrss status` ends with."""

UNDER_WAY = ("running", "landed")
"""Outcomes on record while a run is at work; afterwards they say that it died."""

DEAD = "dead"

_ASKED = (
    "select release_id, published_at, rows from release order by published_at desc limit 1",
    "select count(*) as refused_dumps from fct_landing_receipt where status = 'rejected'",
    """
    select count(*) as red_warnings, string_agg(region_code, ' ' order by region_code) as red_regions,
        cast(min(since) as varchar) as red_since
    from (
        select region_code, since, level from fct_early_warning where level <> 'no_data'
        qualify row_number() over (partition by domain, region_code order by period_end desc) = 1
    )
    where level = 'red'
    """,
)
"""What is told of a release: columns as `Health` calls them."""


@dataclass(frozen=True)
class Health:
    """The state of a home: the first that holds of failed (or damaged), refused, stale, well; why; and numbers."""

    state: State
    reasons: tuple[Pair, ...]
    outcome: str
    """How the last run ended; `dead` if it did not, and nobody is at work."""
    release_id: str | None
    seconds_since_heartbeat: float | None
    """Since a run last ended well or found nothing to do; None: never."""
    release_age_seconds: float | None
    candidate: str | None
    """The release that waits for approval, and since when."""
    candidate_age_seconds: float | None
    disk_free_bytes: int
    scrub_age_seconds: float | None = None
    """Since what `hrss scrub` has not looked at for longest was looked at; None: nothing was yet."""
    damaged_files: int = 0
    """Found by `hrss scrub`, and not put right since."""
    stage_seconds: dict[str, float] = field(default_factory=dict)
    rows: int | None = None
    refused_dumps: int | None = None
    red_warnings: int | None = None
    """Regions whose newest early warning is red; their codes, and the first month of it."""
    red_regions: str | None = None
    red_since: str | None = None
    late_deliveries: int | None = None
    """As the receipts of the last night had it: a release is of the day on which it was made."""
    late_units: int | None = None
    """Units that owe at least one of them."""
    most_days_late: int | None = None
    is_damaged: bool = False
    """Readers are sent to a release that cannot be read, or to none though there are some."""

    @property
    def exit_code(self) -> int:
        """What a watching program is told."""
        return EXIT_CODES[self.state]


def health(settings: Settings, now: datetime | None = None) -> Health:
    """Look at the records, the current release and the disk; nothing is changed. Raises OSError."""
    now = now or datetime.now(WUHAN)
    last = last_attempt(settings)
    outcome = last_outcome(settings, last)
    told = _of_release(settings)
    beat = last_heartbeat(settings)
    silent = None if beat is None else (now - beat).total_seconds()
    proposed = waiting_since(settings)
    failed, stale = [], []
    when = last.get("finished_at") or last.get("started_at") or "–"
    if outcome == "failed":
        failed.append(pair("cli.health_failed", when=when))
    elif outcome == "interrupted":
        failed.append(pair("cli.health_interrupted", when=when))
    elif outcome == DEAD:
        failed.append(pair("cli.health_dead", when=when))
    if told is None:
        failed.append(pair("cli.health_damaged", release=settings.current))
    elif outcome not in UNDER_WAY and not pointer_agrees(settings, current_id(settings)):
        failed.append(pair("cli.health_pointer", pointer=settings.pointer, link=settings.current.name))
    damaged = open_damage(settings)
    if damaged:
        failed.append(pair("cli.health_scrub", count=len(damaged), first=min(damaged)))
    if silent is None:
        stale.append(pair("cli.health_never"))
    elif silent > settings.stale_hours * 3600:
        stale.append(pair("cli.health_stale", hours=f"{silent / 3600:.0f}", most=f"{settings.stale_hours:g}"))
    elif beat is not None and beat > now + BACK:
        stale.append(pair("cli.health_future", when=f"{beat:%Y-%m-%d %H:%M}"))
    published_at = (told or {}).pop("published_at", None)  # in Hubei's time
    age = None if published_at is None else (now - published_at.replace(tzinfo=WUHAN)).total_seconds()
    if age is not None and 0 < settings.release_hours * 3600 < age:
        stale.append(pair("cli.health_old", days=f"{age / 86400:.0f}", most=f"{settings.release_hours / 24:g}"))
    scrubbed = scrubbed_since(settings)
    refused = [pair("cli.health_refused")] if outcome == "refused" else []
    state: State = "failed" if failed else "refused" if refused else "stale" if stale else "well"
    overdue = read_json(settings.overdue_record, OverdueRecord)
    folder = next(one for one in (settings.home, *settings.home.parents) if one.exists())
    return Health(
        state,
        (*failed, *refused, *stale, *([_waits(*proposed)] if proposed else [])),
        outcome,
        seconds_since_heartbeat=silent,
        release_age_seconds=age,
        candidate=proposed[0] if proposed else None,
        candidate_age_seconds=(now - proposed[1]).total_seconds() if proposed else None,
        disk_free_bytes=shutil.disk_usage(folder).free,
        scrub_age_seconds=None if scrubbed is None else (now - scrubbed).total_seconds(),
        damaged_files=len(damaged),
        stage_seconds=dict(last.get("seconds") or {}),
        late_deliveries=overdue.get("deliveries"),
        late_units=overdue.get("units"),
        most_days_late=overdue.get("most_days"),
        is_damaged=told is None,
        **{"release_id": None} | (told or {}),
    )


def last_outcome(settings: Settings, last: Mapping[str, Any] | None = None) -> str:
    """How the last run, or attempt at one, ended; DEAD if it did not, and nobody is at work. Raises OSError."""
    last = last_attempt(settings) if last is None else last
    outcome = str(last.get("outcome") or "none")
    return DEAD if outcome in UNDER_WAY and holder(settings) is None else outcome


def _waits(release_id: str, since: datetime) -> Pair:
    return pair("cli.candidate_waits", release_id=release_id, since=f"{since.astimezone(WUHAN):%Y-%m-%d %H:%M}")


def _of_release(settings: Settings) -> dict[str, Any] | None:
    """What the current release says of itself; empty where there is none yet; None where it is damaged."""
    if not settings.current.is_symlink():
        return None if release_ids(settings) else {}  # readers are sent nowhere, though there are releases
    current = ReleaseFolder.current(settings)
    told: dict[str, Any] = {}
    try:
        if not is_intact_database(current):
            return None
        with closing(open_release(current.marts)) as connection:
            for query in _ASKED:
                with suppress(duckdb.CatalogException):  # a table that releases of long ago do not have
                    cursor = connection.execute(query)
                    told |= zip([column[0] for column in cursor.description], cursor.fetchone() or (), strict=False)
    except (OSError, duckdb.Error, DatabaseUnusable):
        return None
    return told
