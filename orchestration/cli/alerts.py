"""The group `alerts`: which incidents are open, a look for them, a try of who is told."""

from __future__ import annotations

import typer

from orchestration.cli.options import EXIT_FAILED, Home, Landing, settings_of
from orchestration.text import inline

app = typer.Typer(invoke_without_command=True)


@app.callback()
def alerts(context: typer.Context) -> None:
    """The open incidents, where no command follows."""
    if context.invoked_subcommand is None:
        list_incidents()


@app.command("list")
def list_incidents(home: Home = None) -> None:
    """The open incidents, as the last look left them."""
    from datetime import datetime

    from orchestration.alerts.incidents import open_now, read_incidents
    from orchestration.cli.views.alerts import show_incidents
    from orchestration.settings import WUHAN

    show_incidents(open_now(read_incidents(settings_of(None, home)), datetime.now(WUHAN)))


@app.command("check")
def look(landing: Landing = None, home: Home = None) -> None:
    """Look for incidents now, and tell who is to be told: what a timer calls."""
    from orchestration.alerts.check import check
    from orchestration.cli.views.alerts import show_incidents, show_unsent

    checked = check(settings_of(landing, home))
    show_incidents(checked.open)
    typer.echo(inline("alerts.sent_count", sent=checked.sent))
    show_unsent(checked.unsent)
    raise typer.Exit(EXIT_FAILED if checked.unsent else 0)


@app.command("test")
def test(home: Home = None) -> None:
    """Send each channel a message that says that it is a test."""
    from orchestration.alerts.channels import channels, send
    from orchestration.alerts.messages import trial
    from orchestration.cli.views.alerts import show_trial

    told = channels(settings_of(None, home))
    if not told:
        typer.echo(inline("alerts.no_channels"), err=True)
        raise typer.Exit(EXIT_FAILED)
    reasons = {channel.name: of[0] for channel, of in send({channel: [trial()] for channel in told}).items()}
    show_trial(reasons)
    raise typer.Exit(EXIT_FAILED if any(reasons.values()) else 0)
