"""What is wrong with a home now, as far as somebody is to be told. Looks, and changes nothing."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from orchestration.files import read_json
from orchestration.outbox.services import mismatches
from orchestration.pipeline.clock import ClockImplausible, day_of_run
from orchestration.pipeline.health import DEAD, UNDER_WAY, Health, health
from orchestration.pipeline.triggers import last_attempt
from orchestration.release.candidates import CANDIDATE
from orchestration.release.log import current_id
from orchestration.run_record import GateRecord
from orchestration.scrub_record import open_damage
from orchestration.settings import WUHAN, Settings
from raw_landing.errors import InboxUnreachable

GIB = 1 << 30
HYSTERESIS = 1.1
"""A disk that was low is so until this much more is free: not told anew with every file that comes and goes."""

MOST_NAMED = 3

OF_RUNS = {DEAD: "run_died", "interrupted": "run_interrupted", "failed": "run_failed", "refused": "gate_refused"}
"""What the end of a run means, by outcome, in the order of how far it came: what was wrong further on is not over."""

GOOD_ENDS = frozenset({"published", CANDIDATE})

STALE, CLOCK = "home_stale", "clock_wrong"

SECOND_RUN = timedelta(hours=1)
"""So long a second run may take to begin, where the first has thrown away what it met damaged."""


@dataclass(frozen=True)
class Condition:
    """Something that is wrong: its kind (an id of alerts.yml), since when, and values for its sentences: ids, counts,
    hours, never a row or a name."""

    kind: str
    since: datetime
    facts: Mapping[str, str | int]
    level: int = 0
    """What is told again at once when it grows."""
    told_after: timedelta = timedelta()
    """It is told when it has held for so long."""


@dataclass(frozen=True)
class Findings:
    """What is wrong, and of which kinds that cannot be said now."""

    conditions: tuple[Condition, ...]
    undecided: frozenset[str]
    health: Health | None = field(default=None, compare=False)
    """From what they were told."""


@dataclass(frozen=True)
class _Seen:
    """What the kinds are told from."""

    settings: Settings
    health: Health
    run: Mapping[str, Any]
    now: datetime
    open_kinds: Collection[str]


def findings(settings: Settings, open_kinds: Collection[str], now: datetime) -> Findings:
    """What is wrong now, where incidents of `open_kinds` are open. Raises OSError."""
    seen = _Seen(settings, health(settings, now), last_attempt(settings), now, open_kinds)
    found = tuple(condition for look in LOOKS for condition in look(seen))
    undecided = frozenset(_undecided(seen))
    if any(condition.kind == CLOCK for condition in found):  # how long ago something was is not known either
        return Findings(tuple(one for one in found if one.kind != STALE), undecided | {STALE}, seen.health)
    return Findings(found, undecided, seen.health)


def _undecided(seen: _Seen) -> Collection[str]:
    """What the last run says nothing of: all, where none has ended; what lies beyond where it ended."""
    outcomes, kinds = list(OF_RUNS), list(OF_RUNS.values())
    if seen.health.outcome in GOOD_ENDS:
        return ()
    if _is_undecided(seen) or seen.health.outcome not in outcomes:
        return kinds
    return kinds[outcomes.index(seen.health.outcome) + 1 :]


def _is_undecided(seen: _Seen) -> bool:
    """Whether how the last run ended will be known when one ends that is at work, or about to begin."""
    waits = seen.run.get("again") and seen.now - _moment(seen.run.get("finished_at"), seen.now) < SECOND_RUN
    return seen.health.outcome in UNDER_WAY or bool(waits)


def _of_run(seen: _Seen) -> Iterator[Condition]:
    kind = OF_RUNS.get(seen.health.outcome)
    if kind is None or _is_undecided(seen) or _is_told_otherwise(seen):
        return
    ended = seen.run.get("finished_at") if seen.health.outcome != DEAD else seen.run.get("started_at")
    facts: dict[str, str | int] = {}
    if kind == "run_failed":
        facts = {"why": str(seen.run.get("why") or "–")}
    elif kind == "gate_refused":
        facts = {"rules": _first(list(_failed_rules(seen.settings))) or "–"}
    yield Condition(kind, _moment(ended, seen.now), facts)


def _is_told_otherwise(seen: _Seen) -> bool:
    return _failed_by(seen, InboxUnreachable) or (_failed_by(seen, ClockImplausible) and _is_clock_wrong(seen))


def _is_clock_wrong(seen: _Seen) -> bool:
    try:
        day_of_run(seen.settings, seen.now)
    except ClockImplausible:
        return True
    return False


def _failed_by(seen: _Seen, kind: type[Exception]) -> bool:
    """Whether the last run, or attempt at one, failed for that."""
    return seen.health.outcome == "failed" and seen.run.get("why") == kind.__name__


def _first(names: Sequence[str]) -> str:
    """A few names, and how many more there are."""
    more = f", … (+{len(names) - MOST_NAMED})" if len(names) > MOST_NAMED else ""
    return ", ".join(names[:MOST_NAMED]) + more


def _failed_rules(settings: Settings) -> Iterator[str]:
    """Those that nobody accepted and that stop a release."""
    for stage in read_json(settings.gate_record, GateRecord).values():
        for row in stage["rows"]:
            if row["severity"] == "critical" and not row["success"] and not row["accepted_reason"]:
                yield f"{row['suite']}.{row['expectation']}"


def _waiting(seen: _Seen) -> Iterator[Condition]:
    if (release := seen.health.candidate) is not None:
        since = seen.now - timedelta(seconds=seen.health.candidate_age_seconds or 0)
        yield Condition("approval_waits", since, {"release": release})


def _inbox(seen: _Seen) -> Iterator[Condition]:
    """Until a run has looked into it again: what came meanwhile is not landed yet."""
    inbox, failed = seen.settings.inbox, _failed_by(seen, InboxUnreachable)
    is_there = inbox.is_dir() and os.access(inbox, os.R_OK | os.X_OK)
    if failed or (seen.run and not is_there):  # in a home that no run was ever made in it may be yet to come
        yield Condition("inbox_unreachable", _moment(seen.run.get("finished_at"), seen.now) if failed else seen.now, {})


def _clock(seen: _Seen) -> Iterator[Condition]:
    if _is_clock_wrong(seen):
        yield Condition(CLOCK, seen.now, {"now": f"{seen.now:%Y-%m-%d %H:%M}"})


def _stale(seen: _Seen) -> Iterator[Condition]:
    silent, most = seen.health.seconds_since_heartbeat, timedelta(hours=seen.settings.stale_hours)
    facts = {"hours": f"{seen.settings.stale_hours:g}"}
    if silent is None:
        yield Condition(STALE, seen.now, facts, told_after=most)
    elif silent > most.total_seconds():
        yield Condition(STALE, seen.now - timedelta(seconds=silent), facts)


def _old(seen: _Seen) -> Iterator[Condition]:
    age, most = seen.health.release_age_seconds, timedelta(hours=seen.settings.release_hours)
    if most and age is not None and age > most.total_seconds():
        facts: dict[str, str | int] = {"release": seen.health.release_id or "–", "days": int(age // 86400)}
        yield Condition("release_old", seen.now - timedelta(seconds=age) + most, facts)


def _unread(seen: _Seen) -> Iterator[Condition]:
    """Of a home in which a run has kept something."""
    most, age = timedelta(days=seen.settings.scrub_days), seen.health.scrub_age_seconds
    facts = {"days": f"{seen.settings.scrub_days:g}"}
    if most and age is None and seen.run:
        yield Condition("scrub_overdue", seen.now, facts, told_after=most)
    elif most and age is not None and age > most.total_seconds():
        yield Condition("scrub_overdue", seen.now - timedelta(seconds=age) + most, facts)


def _damaged(seen: _Seen) -> Iterator[Condition]:
    if seen.health.is_damaged:
        yield Condition("release_damaged", seen.now, {"release": current_id(seen.settings) or "–"})


def _scrubbed(seen: _Seen) -> Iterator[Condition]:
    if found := open_damage(seen.settings):
        since = min(_moment(one.since, seen.now) for one in found.values())
        yield Condition("files_damaged", since, {"count": len(found)}, level=len(found))


def _late(seen: _Seen) -> Iterator[Condition]:
    if count := seen.health.late_deliveries:
        facts = {"count": count, "units": seen.health.late_units or 0, "days": seen.health.most_days_late or 0}
        yield Condition("deliveries_late", seen.now, facts, level=count)


def _warned(seen: _Seen) -> Iterator[Condition]:
    """A red early warning, of each region as of the newest month that was judged."""
    if count := seen.health.red_warnings:
        facts: dict[str, str | int] = {"count": count, "which": _first((seen.health.red_regions or "").split())}
        yield Condition("warning_red", _moment(seen.health.red_since, seen.now), facts, level=count)


def _exchanged(seen: _Seen) -> Iterator[Condition]:
    if found := mismatches(seen.settings):
        which = _first([f"{service} {period}" for service, period, _ in found])
        yield Condition("exchange_mismatch", min(since for *_, since in found), {"count": len(found), "which": which})


def _disk(seen: _Seen) -> Iterator[Condition]:
    least = seen.settings.low_disk_gib * (HYSTERESIS if "disk_low" in seen.open_kinds else 1)
    free = seen.health.disk_free_bytes / GIB
    if free < least:
        yield Condition("disk_low", seen.now, {"free": f"{free:.1f}", "least": f"{seen.settings.low_disk_gib:g}"})


LOOKS: tuple[Callable[[_Seen], Iterator[Condition]], ...] = (
    *(_of_run, _damaged, _scrubbed, _inbox, _clock, _stale, _old, _disk, _waiting),
    *(_warned, _late, _unread, _exchanged),
)
"""The gravest first. A new kind is a function here, its sentences in alerts.yml, its runbook in docs/runbooks.md."""


def _moment(text: object, otherwise: datetime) -> datetime:
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return otherwise
    return found if found.tzinfo else found.replace(tzinfo=WUHAN)
