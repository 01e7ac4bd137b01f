"""What a run makes of the machine's clock: the day it is for, whether it can be right, which night was missed."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from orchestration.lock import holder
from orchestration.pipeline.triggers import last_heartbeat, last_run
from orchestration.settings import WUHAN, Settings
from orchestration.text import two_lines
from raw_landing.errors import UserError

NIGHT = time(2, 30)
"""When the nightly job runs, in Hubei."""

FIRST_DAY = date(2026, 1, 1)
"""The program is younger than that: so is every right clock."""

BACK, AHEAD = timedelta(hours=26), timedelta(days=366)
"""A clock may stand so far before or after the last run: an hour or a day wrong, or off for a year."""

UNDER_WAY = ("running", "landed", "interrupted")
"""Outcomes on record of a run that has not come to its end."""


class ClockImplausible(UserError):
    """The machine's clock cannot be right: nothing is dated by it."""


def day_of_run(settings: Settings, now: datetime | None = None) -> date:
    """The day in Hubei for which a run that begins now is: one for the whole run, also across midnight. Where the clock
    went back a little it is still that of the last run. Raises ClockImplausible."""
    now = now or datetime.now(WUHAN)
    last, known = last_run(settings), last_sign(settings)
    if now.date() < FIRST_DAY or (known is not None and not known - BACK <= now <= known + AHEAD):
        when = "–" if known is None else f"{known:%Y-%m-%d %H:%M}"
        raise ClockImplausible(two_lines("run.clock_implausible", now=f"{now:%Y-%m-%d %H:%M}", last=when))
    before = date.fromisoformat(last["as_of"]) if last.get("as_of") else now.date()
    return before if timedelta(0) < before - now.date() <= timedelta(days=1) else now.date()


def last_sign(settings: Settings) -> datetime | None:
    """When a run last left a trace: it began, or ended, or found nothing to do."""
    record = last_run(settings)
    told = [datetime.fromisoformat(record[name]) for name in ("started_at", "finished_at") if record.get(name)]
    signs = [last_heartbeat(settings), *(one if one.tzinfo else one.replace(tzinfo=WUHAN) for one in told)]
    return max((sign for sign in signs if sign is not None), default=None)


def last_night(now: datetime) -> datetime:
    """The last 02:30 in Hubei that is over."""
    today = datetime.combine(now.astimezone(WUHAN).date(), NIGHT, WUHAN)
    return today if today <= now else today - timedelta(days=1)


def missed(settings: Settings, night: datetime) -> str | None:
    """Why a run has to make up for this night: `no run` has begun since, or one `died`. None where one has ended,
    however, or is at work, and where no run was ever made."""
    sign = last_sign(settings)
    if sign is None:
        return None
    if sign < night:
        return "no run"
    record, beat = last_run(settings), last_heartbeat(settings)
    is_over = record.get("outcome") not in UNDER_WAY or (beat is not None and beat >= night)
    return None if is_over or holder(settings) is not None else "died"
