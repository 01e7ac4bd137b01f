"""The command `install`: the units that run the program without a person."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from orchestration.cli.options import Home, Landing, settings_of
from orchestration.text import two_lines


def install(
    system: Annotated[bool, typer.Option("--system")] = False,
    user: Annotated[bool, typer.Option("--user")] = False,
    account: Annotated[str | None, typer.Option("--as", metavar="USER")] = None,
    timer: Annotated[bool, typer.Option("--timer")] = False,
    remove: Annotated[bool, typer.Option("--remove")] = False,
    only_print: Annotated[bool, typer.Option("--print")] = False,
    landing: Landing = None,
    home: Home = None,
) -> None:
    """Write systemd units: server and daemon, or a plain timer; or remove them."""
    from orchestration.errors import WrongUsage
    from orchestration.operations import units

    settings = settings_of(landing, home)
    if system == user:
        raise WrongUsage(two_lines("install.scope_needed"))
    if user and account:
        raise WrongUsage(two_lines("install.account_of_user"))
    if system and os.geteuid() != 0 and not only_print:
        raise units.NotInstalled(two_lines("install.root_needed"))
    kind = units.NIGHTLY if timer else units.SERVER
    if remove:
        place = units.Place(units.SYSTEM_UNITS, units.SYSTEM_ENVIRONMENT, "") if system else units.Place.of_user()
        gone = units.remove(place, units.SERVER, units.NIGHTLY)
        for file in gone:
            typer.echo(two_lines("install.removed", file=file))
        if not gone:
            typer.echo(two_lines("install.nothing_there"))
        typer.echo(two_lines("install.kept", environment=place.environment))
        return
    place = units.Place.of_system(account) if system else units.Place.of_user()
    if only_print:
        for name, text in units.unit_texts(settings, place, kind).items():
            typer.echo(f"# {place.units / name}\n{text}")
        return
    taken = units.install(settings, place, kind, os.environ)
    for name in kind:
        typer.echo(two_lines("install.written", file=place.units / name))
    typer.echo(two_lines("install.settings_stand", environment=place.environment))
    if taken:
        typer.echo(two_lines("install.settings_taken", names=", ".join(taken)))
    elif taken is not None:
        typer.echo(two_lines("install.settings_none"))
    if not units.is_booted():
        commands = (place.systemctl("daemon-reload"), place.systemctl("enable", "--now", units.STARTED[kind]))
        typer.echo(two_lines("install.start_by_hand", commands=" && ".join(commands)))
    if user:
        typer.echo(two_lines("install.linger"))
