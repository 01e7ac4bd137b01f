"""The command `doctor`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from orchestration.cli.options import EXIT_FAILED, Home, Landing, settings_of


def doctor(
    repair: Annotated[bool, typer.Option("--repair")] = False,
    backup: Annotated[Path | None, typer.Option(metavar="DIR", show_default=False)] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
    landing: Landing = None,
    home: Home = None,
) -> None:
    """Say what is not as it should be and the night cannot put right; with --repair, put right what can be."""
    from orchestration.cli.views import doctor as views
    from orchestration.operations import doctor as operations

    settings = settings_of(landing, home)
    folder = None if backup is None else backup.expanduser().absolute()
    found = (operations.repair if repair else operations.diagnose)(settings, folder)
    typer.echo(views.as_json(found) if as_json else views.as_text(found, is_repair=repair))
    raise typer.Exit(0 if found.is_well else EXIT_FAILED)
