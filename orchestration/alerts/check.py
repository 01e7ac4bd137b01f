"""The look for incidents, and the telling: after each run, or when a timer asks for it. It never fails a night: what
goes wrong is said in the log, and done at the next occasion."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from filelock import FileLock

from orchestration.alerts.channels import TO_SEND, AddressesUnsafe, Channel, channels, named_channels, send
from orchestration.alerts.conditions import findings
from orchestration.alerts.heartbeat import send_heartbeat
from orchestration.alerts.incidents import (
    Event,
    Incident,
    Told,
    advance,
    open_kinds,
    open_now,
    read_incidents,
    worth_keeping,
    write_incidents,
)
from orchestration.alerts.messages import message_of
from orchestration.home_access import close_home
from orchestration.lock import Busy
from orchestration.operations.purge import purge_quietly
from orchestration.pipeline.health import DEAD, Health, last_outcome
from orchestration.pipeline.metrics import write_metrics
from orchestration.pipeline.triggers import last_run, record_not_begun
from orchestration.settings import WUHAN, Settings
from orchestration.text import inline
from raw_landing.errors import UserError

log = logging.getLogger("hrss")


@dataclass(frozen=True)
class Checked:
    """What a look found and who was told."""

    open: tuple[Incident, ...]
    sent: int
    unsent: tuple[tuple[str, str], ...]
    """Channel and why it did not take its messages."""


@dataclass(frozen=True)
class _Due:
    incident: Incident
    event: Event


def check(settings: Settings, now: datetime | None = None) -> Checked:
    """Look what is wrong, open and close incidents, tell each channel what it is to be told. Waits for another process
    that does so. Raises OSError, HomeNotOurs, Timeout; AddressesUnsafe at the end, when
    the others have been told."""
    now = now or datetime.now(WUHAN)
    close_home(settings)
    unsafe = None
    with FileLock(settings.alerts_lock, timeout=2 * TO_SEND, mode=0o600):
        before = read_incidents(settings)
        found = findings(settings, open_kinds(before), now)
        after = advance(before, found, now)
        if after != before:
            write_incidents(settings, after)
        _write_metrics(settings, found.health)
        try:
            told = channels(settings)
        except AddressesUnsafe as error:
            told, unsafe = named_channels(settings), error
        due = {channel: _due(settings, channel, after, now) for channel in told}
        results = send({of: [message_of(one.incident, one.event) for one in all_] for of, all_ in due.items()})
        for channel, reasons in results.items():
            for one, reason in zip(due[channel], reasons, strict=True):
                if not reason:
                    one.incident.told[channel.key] = Told(event=one.event, at=now, level=one.incident.level)
        kept = list(worth_keeping(after, [channel.key for channel in told], now))
        if kept != before or not settings.alerts_record.exists():
            write_incidents(settings, kept)
    unsent = [(of.name, next(filter(None, reasons))) for of, reasons in results.items() if any(reasons)]
    for name, reason in unsent:
        log.warning(inline("alerts.unsent", channel=name, why=reason))
    if unsafe is not None:
        raise unsafe
    sent = sum(not reason for reasons in results.values() for reason in reasons)
    return Checked(tuple(open_now(kept, now)), sent, tuple(unsent))


def _write_metrics(settings: Settings, health: Health | None) -> None:
    """The numbers that HRSS_METRICS_FILE asks for; what goes wrong keeps nobody from being told."""
    if settings.metrics_file is None or health is None:
        return
    try:
        write_metrics(health, settings.metrics_file)
    except OSError as error:
        log.warning(inline("alerts.metrics_unwritten", file=settings.metrics_file, why=error.strerror or error))


SLOW = ("deliveries_late", "warning_red")
"""What others than the operator must see to, over weeks."""


def _due(settings: Settings, channel: Channel, incidents: Sequence[Incident], now: datetime) -> list[_Due]:
    found = []
    for one in incidents:
        hours = settings.alerts_remind_late_hours if one.kind in SLOW else settings.alerts_remind_hours
        if event := one.due(channel.key, now, timedelta(hours=hours)):
            found.append(_Due(one, event))
    return found


def check_quietly(settings: Settings) -> None:
    """The same, for a night: whatever goes wrong is logged, and the night goes on."""
    try:
        check(settings)
    except UserError as error:
        log.warning("%s", error)
    except Exception as error:
        log.warning(inline("alerts.check_failed", why=type(error).__name__))


def after_run(settings: Settings, *, ended_well: bool) -> None:
    """What follows a night, however it was started and ended: where it published or found nothing to do, the sign of
    life and the purge of what is over its period; and the look for incidents. Raises nothing."""
    if ended_well:
        send_heartbeat(settings)
        purge_quietly(settings)
    check_quietly(settings)


def before_run(settings: Settings) -> None:
    """Where the last run died, tell so before the next one writes over what is left of it. Raises nothing."""
    try:
        if last_outcome(settings) == DEAD:
            check_quietly(settings)
    except OSError as error:
        log.warning(inline("alerts.check_failed", why=type(error).__name__))


@contextmanager
def noted_if_not_begun(settings: Settings) -> Iterator[None]:
    """Put on record that the night within it failed or was interrupted, where it did so before it was a run that has a
    record. Where another run holds the home, that is on record."""
    before = last_run(settings)
    try:
        yield
    except (Exception, KeyboardInterrupt) as error:
        is_told = isinstance(error, Busy)
        with suppress(OSError):  # a home that cannot be written: it becomes stale
            if not is_told and last_run(settings) == before:
                outcome = "failed" if isinstance(error, Exception) else "interrupted"
                record_not_begun(settings, outcome, type(error).__name__)
        raise


@contextmanager
def watched(settings: Settings) -> Iterator[None]:
    """A night in this process: the look before it, and what follows it. Somebody interrupted it: they know."""
    before_run(settings)
    try:
        with noted_if_not_begun(settings):
            yield
    except Exception:
        after_run(settings, ended_well=False)
        raise
    after_run(settings, ended_well=True)
