"""The commands on backups: `backup` and `restore`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from orchestration.cli.options import EXIT_FAILED, Home, settings_of
from orchestration.text import two_lines

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
    source: Annotated[str, typer.Argument(metavar="DIR|ADDRESS")],
    snapshot: Annotated[str, typer.Option(metavar="MOMENT")] = "latest",
    set_aside: Annotated[bool, typer.Option("--set-aside")] = False,
    home: Home = None,
) -> None:
    """Make a home of a snapshot; or bring back what it lacks of the files at its address."""
    from orchestration.cli.console import ConsoleReporter
    from orchestration.cli.views.backups import show_brought_back, show_restored
    from orchestration.errors import WrongUsage
    from orchestration.operations.restore import LATEST
    from orchestration.operations.restore import restore as restore_home
    from orchestration.progress import report_to

    settings = settings_of(None, home)
    with ConsoleReporter() as console:
        report_to(console)
        if "://" not in source:
            folder = Path(source).expanduser().absolute()
            show_restored(console, settings, restore_home(settings, folder, snapshot, set_aside=set_aside))
            return
        from orchestration.operations.bring_back import bring_back

        if set_aside or snapshot != LATEST:
            raise WrongUsage(two_lines("address.no_moment"))
        done = bring_back(settings, source)
        show_brought_back(console, settings, source, done)
    raise typer.Exit(EXIT_FAILED if done.damaged else 0)
