"""Incidents and channels in the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import typer

from orchestration.alerts.incidents import Incident
from orchestration.alerts.messages import title_of
from orchestration.settings import WUHAN
from orchestration.text import inline


def show_incidents(incidents: Sequence[Incident]) -> None:
    """A line for each, or that there is none."""
    if not incidents:
        typer.echo(inline("alerts.none_open"))
    for one in incidents:
        since = f"{one.since.astimezone(WUHAN):%Y-%m-%d %H:%M}"
        zh, en = title_of(one)
        typer.echo(inline("alerts.incident", ident=one.id, since=since, zh_title=zh, en_title=en))


def show_trial(reasons: Mapping[str, str]) -> None:
    """Of each channel, whether it took the message, else why not."""
    for channel, why in reasons.items():
        if why:
            show_unsent([(channel, why)])
        else:
            typer.echo(inline("alerts.channel_sent", channel=channel))


def show_unsent(unsent: Sequence[tuple[str, str]]) -> None:
    """The channels that did not take a message, and why."""
    for channel, why in unsent:
        typer.echo(inline("alerts.channel_unsent", channel=channel, why=why), err=True)
