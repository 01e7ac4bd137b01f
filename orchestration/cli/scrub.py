"""The command `scrub`."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated

import typer

from orchestration.cli.options import EXIT_FAILED, Home, settings_of
from orchestration.text import inline


def scrub(
    share: Annotated[str, typer.Option(metavar="1/7")] = "1",
    minutes: Annotated[float, typer.Option(min=0)] = 0,
    home: Home = None,
) -> None:
    """Compare what is kept with its checksums, the longest not looked at first."""
    from orchestration.cli.console import ConsoleReporter
    from orchestration.cli.views.scrub import show_scrub
    from orchestration.operations.scrub import scrub as look
    from orchestration.progress import report_to

    settings, part = settings_of(None, home), parse_share(share)
    with ConsoleReporter() as console:
        report_to(console)
        found = look(settings, share=part, minutes=minutes)
        show_scrub(console, found)
    raise typer.Exit(EXIT_FAILED if found.damaged else 0)


def parse_share(text: str) -> float:
    """A share such as 1/7, 0.2 or 1. Raises WrongUsage."""
    try:
        share = float(Fraction(text))
    except (ValueError, ZeroDivisionError):
        share = 0
    if not 0 < share <= 1:
        from orchestration.errors import WrongUsage

        raise WrongUsage(inline("operations.share_malformed", text=text))
    return share
