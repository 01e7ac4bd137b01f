"""The command `exchange`: what other departments are given, and what they answer."""

from __future__ import annotations

from typing import Annotated

import typer

from orchestration.cli.options import EXIT_FAILED, EXIT_USAGE, Home, fail, published_home
from orchestration.text import inline, pair


def exchange(
    service: Annotated[str | None, typer.Option(metavar="ID", show_default=False)] = None,
    period: Annotated[str | None, typer.Option(metavar="PERIOD", show_default=False)] = None,
    again: Annotated[bool, typer.Option("--again")] = False,
    home: Home = None,
) -> None:
    """Lay what a data service provides into the outbox and take the consumer's receipts; without one, list them."""
    from orchestration.cli.console import ConsoleReporter
    from orchestration.cli.views.exchange import received_text, sent_text, show_services
    from orchestration.lock import writer_lock
    from orchestration.lookup import find
    from orchestration.outbox.exchange import known_services, send, take_receipts

    settings = published_home(home)
    known, as_of = known_services(settings)
    if service is None:
        if period is not None or again:
            fail(inline("exchange.which_service"), EXIT_USAGE)
        with ConsoleReporter() as console:
            show_services(console, settings, known, as_of)
        return
    names = {one.service_id: (one.name_zh, one.name_en) for one in known}
    service = find(pair("exchange.service"), service, names)
    with writer_lock(settings, "hrss exchange"):
        received = take_receipts(settings, service)
        sent = send(settings, service, period, again=again)
    for text in (*map(received_text, received), *map(sent_text, sent)):
        typer.echo(text)
    if not received and not sent:
        typer.echo(inline("exchange.nothing_new"))
    raise typer.Exit(EXIT_FAILED if any(not one.is_same for one in received) else 0)
