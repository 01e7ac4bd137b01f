"""The group `definitions`: versions of the indicators' definitions (口径)."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from orchestration.cli.completion import complete_indicators
from orchestration.cli.options import Home, Region, published_home

app = typer.Typer(no_args_is_help=True)


class PeriodType(StrEnum):
    """The periods of indicators."""

    month = "month"
    quarter = "quarter"
    ytd = "ytd"
    year = "year"
    r12 = "r12"


@app.command("list")
def list_versions(
    indicator: Annotated[
        str | None, typer.Argument(metavar="INDICATOR", autocompletion=complete_indicators, show_default=False)
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
    indicator: Annotated[
        str | None, typer.Argument(metavar="INDICATOR", autocompletion=complete_indicators, show_default=False)
    ] = None,
    first: Annotated[int, typer.Argument(metavar="VERSION")] = 1,
    second: Annotated[int, typer.Argument(metavar="VERSION")] = 2,
    region: Region = "420000",
    period_type: PeriodType = PeriodType.year,
    home: Home = None,
) -> None:
    """The history of a region by two versions of a definition, side by side; without an indicator, what each version
    makes of the status of its plans."""
    from orchestration.cli.console import ConsoleReporter
    from orchestration.cli.views.definitions import show_comparison, show_effects
    from orchestration.figure.definitions import compare_versions, effects_on_plans

    settings = published_home(home)
    if indicator is None:
        effects = effects_on_plans(settings, region)
        with ConsoleReporter() as console:
            show_effects(console, effects, region)
        return
    found = compare_versions(
        settings, indicator=indicator, versions=(first, second), region=region, period_type=period_type.value
    )
    with ConsoleReporter() as console:
        show_comparison(console, found, (first, second))
