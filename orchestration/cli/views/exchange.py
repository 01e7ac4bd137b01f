"""What `hrss exchange` says in the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from orchestration.cli.console import ConsoleReporter
from orchestration.outbox.exchange import Received, Sent
from orchestration.outbox.services import Exchange, Service, exchanges
from orchestration.settings import Settings
from orchestration.text import Pair, inline, words
from raw_landing.language import in_order


def show_services(console: ConsoleReporter, settings: Settings, known: Sequence[Service], as_of: date) -> None:
    """The newest version of each service, with its newest period that is over and what became of it."""
    newest = {one.service_id: one for one in known}
    last = {one.service_id: one for one in exchanges(settings, known, as_of)}
    rows = [_row(service, last.get(service.service_id), as_of) for service in newest.values()]
    console.show(["\n".join(in_order(*said)) for said in words("exchange.columns").values()], rows)


def _row(service: Service, newest: Exchange | None, as_of: date) -> Sequence[str]:
    state = "\n".join(in_order(*_state(service, newest, as_of)))
    consumer = "\n".join(in_order(service.consumer_zh, service.consumer_en))
    if newest is None:
        return service.service_id, consumer, "–", "–", "–", state
    sent_at = f"{newest.sent_at:%Y-%m-%d %H:%M}" if newest.sent_at else "–"
    return service.service_id, consumer, newest.period, str(newest.due_on), sent_at, state


def _state(service: Service, newest: Exchange | None, as_of: date) -> Pair:
    states = words("exchange.states")
    if not service.fields:
        return states["not_shared"]
    if newest is None or newest.receipt is None:
        return states["overdue" if newest is not None and newest.due_on < as_of else "due"]
    return states[newest.receipt]


def sent_text(sent: Sent) -> str:
    """A file that was laid out."""
    if sent.is_again:
        return inline("exchange.sent_again", period=sent.period, file=sent.file)
    return inline("exchange.sent", period=sent.period, file=sent.file, rows=sent.rows, sha256=sent.sha256)


def received_text(received: Received) -> str:
    """A receipt that was read."""
    if received.is_same:
        return inline("exchange.receipt_same", period=received.period)
    return inline("exchange.receipt_other", period=received.period, receipt=received.file)
