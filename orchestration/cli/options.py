"""What the commands share: options, exit codes, the settings of a command, and the sentences that end it. Imports
nothing heavy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from orchestration.cli.completion import complete_indicators, complete_plans, complete_regions, complete_releases
from orchestration.text import two_lines

if TYPE_CHECKING:
    from orchestration.settings import Settings

EXIT_FAILED, EXIT_REFUSED_DUMP, EXIT_REFUSED, EXIT_USAGE, EXIT_PASSING = 1, 2, 3, 64, 75
"""Two are of sysexits.h: EX_USAGE; EX_TEMPFAIL for what may pass with nobody doing anything."""

error_log = ContextVar("error_log", default=Path("error.log"))
"""The log of the home that the command under way works on."""

Landing = Annotated[Path | None, typer.Option(envvar="HRSS_LANDING", show_default=False)]
Home = Annotated[Path | None, typer.Option(envvar="HRSS_HOME", show_default=False)]
Indicator = Annotated[str, typer.Argument(metavar="INDICATOR", autocompletion=complete_indicators)]
Region = Annotated[str, typer.Option(autocompletion=complete_regions)]
Plan = Annotated[str, typer.Option(autocompletion=complete_plans)]
Release = Annotated[str, typer.Argument(metavar="RELEASE", autocompletion=complete_releases)]
AnyRelease = Annotated[
    str | None, typer.Argument(metavar="RELEASE", autocompletion=complete_releases, show_default=False)
]


def settings_of(landing: Path | None, home: Path | None) -> Settings:
    """The settings of a command. Raises WrongUsage, NewerHome."""
    from pydantic import ValidationError

    from orchestration.errors import WrongUsage
    from orchestration.layout import refuse_newer
    from orchestration.logs import start_logging
    from orchestration.settings import Settings

    try:
        settings = Settings.of(landing=landing, home=home)
    except ValidationError as error:
        wrong = (f"HRSS_{'_'.join(map(str, one['loc'])).upper()}: {one['msg']}" for one in error.errors())
        raise WrongUsage("\n".join(wrong)) from error
    refuse_newer(settings)
    error_log.set(settings.home / "error.log")
    start_logging(settings)
    return settings


def landed_home(home: Path | None) -> Settings:
    """The settings of a home in which something is landed; ends the command where nothing is."""
    settings = settings_of(None, home)
    if not (settings.home / "landed").is_dir():
        fail(two_lines("cli.nothing_landed", home=settings.home))
    return settings


def published_home(home: Path | None) -> Settings:
    """The settings of a home that has a current release; ends the command where there is none."""
    from orchestration.release.folder import ReleaseFolder

    settings = settings_of(None, home)
    if not ReleaseFolder.current(settings).marts.exists():
        fail_unpublished(settings)
    return settings


def fail_unpublished(settings: Settings) -> NoReturn:
    """End the command: there is no current release."""
    from orchestration.release.folder import ReleaseFolder

    marts = ReleaseFolder.current(settings).marts
    fail(two_lines("cli.nothing_published", marts=marts))


def fail(message: object, code: int = EXIT_FAILED) -> NoReturn:
    """End the command with a message on standard error."""
    typer.echo(str(message), err=True)
    raise typer.Exit(code)


@contextmanager
def refuse_invalid_reason(option: str = "--reason") -> Iterator[None]:
    """Turn a reason that cannot be published into wrong usage of its option."""
    from orchestration.errors import WrongUsage
    from orchestration.gate.acceptance import InvalidReason

    try:
        yield
    except InvalidReason as error:
        raise WrongUsage(f"{option}: {error}") from None
