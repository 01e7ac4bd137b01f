"""The commands on backups: `backup` and `restore`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from orchestration.cli.options import EXIT_FAILED, Home, settings_of

Folder = Annotated[Path, typer.Argument(metavar="DIR")]


def backup(
    folder: Folder,
    keep: Annotated[int, typer.Option(min=0)] = 30,
    wait: Annotated[float, typer.Option(min=0, metavar="MINUTES")] = 0,
    verify: Annotated[bool, typer.Option("--verify")] = False,
    home: Home = None,
) -> None:
    """Add a snapshot of what nothing can make again to a folder of backups; or look whether all in it is whole."""
    from orchestration.cli.console import ConsoleReporter
    from orchestration.cli.views.backups import show_backup, show_verified
    from orchestration.progress import report_to

    settings = settings_of(None, home)
    folder = folder.expanduser().absolute()
    with ConsoleReporter() as console:
        report_to(console)
        if verify:
            from orchestration.operations.restore import verify_backup

            verdict = verify_backup(folder)
            show_verified(console, verdict)
            is_well = verdict.is_whole
        else:
            from orchestration.operations.backup import take_backup

            done = take_backup(settings, folder, keep=keep, wait_minutes=wait)
            show_backup(console, folder, done)
            is_well = not done.lacking and not done.mended
    raise typer.Exit(0 if is_well else EXIT_FAILED)


def restore(
    folder: Folder,
    snapshot: Annotated[str, typer.Option(metavar="MOMENT")] = "latest",
    set_aside: Annotated[bool, typer.Option("--set-aside")] = False,
    home: Home = None,
) -> None:
    """Make a home of a snapshot."""
    from orchestration.cli.console import ConsoleReporter
    from orchestration.cli.views.backups import show_restored
    from orchestration.operations.restore import restore as restore_home
    from orchestration.progress import report_to

    settings = settings_of(None, home)
    with ConsoleReporter() as console:
        report_to(console)
        show_restored(
            console,
            settings,
            restore_home(settings, folder.expanduser().absolute(), snapshot, set_aside=set_aside),
        )
