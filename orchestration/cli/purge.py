"""The command `purge`."""

from __future__ import annotations

from typing import Annotated

import typer

from orchestration.cli.options import Home, landed_home


def purge(
    yes: Annotated[bool, typer.Option("--yes")] = False,
    home: Home = None,
) -> None:
    """What is over its period of keeping; with --yes, remove it, on record."""
    from orchestration.cli.views.purge import overdue_text
    from orchestration.operations.purge import overdue, purge_overdue

    settings = landed_home(home)
    found = purge_overdue(settings) if yes else overdue(settings)
    typer.echo(overdue_text(settings, found, is_removed=yes))
