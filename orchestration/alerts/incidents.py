"""Incidents: what is wrong from the moment it is found to the moment it is not, and who has been told what of it. Pure
but for the file they are kept in."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Literal

from pydantic import BaseModel, Field

from orchestration.alerts.conditions import Condition, Findings
from orchestration.files import read_json, write_json
from orchestration.settings import Settings

Event = Literal["opened", "still_open", "closed"]

KEPT_CLOSED = timedelta(days=7)
"""So long a channel that does not answer may still be told that an incident is over."""


class Told(BaseModel):
    """What a channel was told last of an incident, and how bad it was then."""

    event: Event
    at: datetime
    level: int = 0


class Incident(BaseModel):
    """One thing that is or was wrong."""

    kind: str
    since: datetime
    facts: dict[str, str | int] = Field(default_factory=dict)
    level: int = 0
    told_from: datetime
    closed_at: datetime | None = None
    told: dict[str, Told] = Field(default_factory=dict)
    """By key of channel."""

    @property
    def id(self) -> str:
        """What it is called in every message of it."""
        return f"{self.kind}-{self.since:%Y%m%d-%H%M}"

    def due(self, channel: str, now: datetime, remind: timedelta) -> Event | None:
        """What the channel is to be told now. What it failed to take stays due, in its newest form."""
        told = self.told.get(channel)
        if self.closed_at is not None:
            is_known = told is not None and told.event == "closed"
            return None if is_known or self.closed_at < self.told_from else "closed"
        if told is None:
            return "opened" if now >= self.told_from else None
        return "still_open" if self.level > told.level or now - told.at >= remind else None


class Record(BaseModel):
    """alerts.json."""

    incidents: list[Incident] = Field(default_factory=list)


def read_incidents(settings: Settings) -> list[Incident]:
    """Those on record; none where it is not there or damaged. Raises OSError."""
    return Record.model_validate(read_json(settings.alerts_record, Record)).incidents


def write_incidents(settings: Settings, incidents: Sequence[Incident]) -> None:
    """Put them on record, for the home's owner alone. Raises OSError."""
    write_json(settings.alerts_record, Record(incidents=list(incidents)).model_dump(mode="json"))


def open_now(incidents: Sequence[Incident], now: datetime) -> list[Incident]:
    """Those that are open and of which it is time to tell."""
    return [one for one in incidents if one.closed_at is None and now >= one.told_from]


def open_kinds(incidents: Sequence[Incident]) -> frozenset[str]:
    """The kinds of which one is open."""
    return frozenset(one.kind for one in incidents if one.closed_at is None)


def advance(incidents: Sequence[Incident], found: Findings, now: datetime) -> list[Incident]:
    """The incidents as they stand after a look: new ones opened, those that are over closed, the others as they are
    now. Of each kind one is open at a time."""
    holding = {condition.kind: condition for condition in found.conditions}
    after = []
    for one in incidents:
        if one.closed_at is None and one.kind in holding:
            condition = holding.pop(one.kind)
            now_as = {"facts": dict(condition.facts), "level": condition.level}
            after.append(one.model_copy(update=now_as, deep=True))
        elif one.closed_at is None and one.kind not in found.undecided:
            after.append(one.model_copy(update={"closed_at": now}, deep=True))
        else:
            after.append(one.model_copy(deep=True))
    return [*after, *(_opened(condition) for condition in holding.values())]


def _opened(condition: Condition) -> Incident:
    return Incident(
        kind=condition.kind,
        since=condition.since,
        facts=dict(condition.facts),
        level=condition.level,
        told_from=condition.since + condition.told_after,
    )


def worth_keeping(incidents: Sequence[Incident], channels: Collection[str], now: datetime) -> Iterator[Incident]:
    """Those that are open, or of whose end a channel is still to be told."""
    for one in incidents:
        if one.closed_at is None or (
            now - one.closed_at < KEPT_CLOSED and any(one.due(name, now, KEPT_CLOSED) for name in channels)
        ):
            yield one
