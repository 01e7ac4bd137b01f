"""The command `audit`: the home's audit log, shown or verified."""

from __future__ import annotations

import json
from datetime import datetime
from itertools import islice
from typing import Annotated

import typer

from orchestration.cli.options import EXIT_FAILED, Home, settings_of


def audit(
    event: Annotated[list[str] | None, typer.Option(metavar="EVENT")] = None,
    since: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"], show_default=False)] = None,
    limit: Annotated[int, typer.Option(min=0)] = 50,
    as_json: Annotated[bool, typer.Option("--json")] = False,
    verify: Annotated[bool, typer.Option("--verify")] = False,
    home: Home = None,
) -> None:
    """Who did what, newest first, or whether the log is whole."""
    from orchestration.audit_log import audit_entries, audit_head, verify_audit
    from orchestration.cli.views.audit import entry_text, verdict_text

    settings = settings_of(None, home)
    if verify:
        verdict = verify_audit(settings)
        typer.echo(verdict_text(verdict, audit_head(settings)))
        raise typer.Exit(0 if verdict.is_whole else EXIT_FAILED)
    found = (
        entry
        for entry in reversed(list(audit_entries(settings)))
        if (not event or entry["event"] in event) and (since is None or entry["at"] >= since.date().isoformat())
    )
    for entry in islice(found, limit or None):
        typer.echo(json.dumps(entry, ensure_ascii=False) if as_json else entry_text(entry))
