"""The group `definitions`: versions of the indicators' definitions (口径)."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from orchestration.cli.options import Home, published_home

app = typer.Typer(help="Definitions (口径) of the indicators: their versions, side by side.", no_args_is_help=True)


class PeriodType(StrEnum):
    """The periods of indicators."""

    month = "month"
    quarter = "quarter"
    ytd = "ytd"
    year = "year"


@app.command("list")
def list_versions(
    indicator: Annotated[
        str | None, typer.Argument(metavar="[INDICATOR]", help="Its id or name (default: all).", show_default=False)
    ] = None,
    home: Home = None,
) -> None:
    """The versions of the definitions, with the days on which they are in force; drafts, too."""
    from orchestration.cli.console import ConsoleReporter
    from orchestration.cli.views.definitions import show_definitions
    from orchestration.figure.definitions import definition_versions

    settings = published_home(home)
    with ConsoleReporter() as console:
        show_definitions(console, definition_versions(settings, indicator))


@app.command("compare")
def compare_versions(
    indicator: Annotated[str, typer.Argument(metavar="INDICATOR", help="Its id, or its name in either language.")],
    first: Annotated[int, typer.Argument(metavar="VERSION")],
    second: Annotated[int, typer.Argument(metavar="VERSION")],
    region: Annotated[str, typer.Option(help="Code or name of a region.")] = "420000",
    period_type: Annotated[PeriodType, typer.Option(help="Which periods.")] = PeriodType.year,
    home: Home = None,
) -> None:
    """The history of a region by two versions of a definition, side by side.

    Exit codes: 0, 64 no such indicator, version or region, 1 other.
    """
    from orchestration.cli.console import ConsoleReporter
    from orchestration.cli.views.definitions import show_comparison
    from orchestration.figure.definitions import compare_versions

    settings = published_home(home)
    found = compare_versions(
        settings, indicator=indicator, versions=(first, second), region=region, period_type=period_type.value
    )
    with ConsoleReporter() as console:
        show_comparison(console, found, (first, second))
