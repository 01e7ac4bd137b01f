"""The commands on published figures: `progress`, `assess`, `query` and `explain`."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import Annotated

import typer

from orchestration.cli.completion import complete_plans, complete_releases
from orchestration.cli.options import Home, Indicator, Plan, Region, published_home, settings_of


class Format(StrEnum):
    """How `hrss query` writes its rows."""

    table = "table"
    csv = "csv"
    json = "json"


def calendar(
    months: Annotated[int, typer.Option(min=1, max=12)] = 3,
    home: Home = None,
) -> None:
    """Which figures come next: the planned days of release, and what is due for them."""
    from orchestration.cli.console import ConsoleReporter
    from orchestration.cli.views.calendar import show_calendar
    from orchestration.figure.calendar import planned_releases

    planned = planned_releases(published_home(home), months)
    with ConsoleReporter() as console:
        show_calendar(console, planned)


def progress(
    home: Home = None,
    plan: Plan = "latest",
    region: Region = "420000",
    period: str = "latest",
) -> None:
    """The plan's indicators against their targets, from the current release."""
    from orchestration.cli.console import ConsoleReporter
    from orchestration.cli.views.progress import show_progress

    settings = published_home(home)
    with ConsoleReporter() as console:
        show_progress(console, settings, plan=plan, region=region, period=period)


def assess(
    home: Home = None,
    plan: Plan = "latest",
    region: Region = "420000",
    as_of: str | None = None,
) -> None:
    """The plan's targets graded on a day, as a mid-term or final assessment grades them."""
    from orchestration.cli.console import ConsoleReporter
    from orchestration.cli.refresh import parse_day
    from orchestration.cli.views.assessment import show_assessment
    from orchestration.figure.assessment import plan_assessment

    settings, day = published_home(home), parse_day(as_of)
    with ConsoleReporter() as console:
        show_assessment(console, plan_assessment(settings, plan, region, day))


def query(
    sql: Annotated[str, typer.Argument(metavar="SQL")],
    home: Home = None,
    format: Format = Format.table,
    limit: Annotated[int | None, typer.Option(min=0, show_default=False)] = None,
    release: Annotated[str | None, typer.Option(autocompletion=complete_releases, show_default=False)] = None,
) -> None:
    """Run SQL on a release, the current one unless named, read-only."""
    from orchestration.cli.views.rows import limits, write_results
    from orchestration.figure.query import query_release
    from orchestration.release.candidates import known_folder
    from orchestration.release.folder import ReleaseFolder

    settings = published_home(home) if release is None else settings_of(None, home)
    folder = ReleaseFolder.current(settings) if release is None else known_folder(settings, release)
    shown, read = limits(limit, format.value, sys.stdout)
    results = query_release(folder.marts, sql, read)
    write_results(results, format.value, sys.stdout, shown)


def shell(home: Home = None) -> None:
    """The current release in an interactive session."""
    from orchestration.cli.shell import run_shell
    from orchestration.release.folder import ReleaseFolder

    run_shell(ReleaseFolder.current(published_home(home)))


def warehouse(
    sql: Annotated[str, typer.Argument(metavar="SQL")],
    home: Home = None,
    format: Format = Format.table,
    limit: Annotated[int | None, typer.Option(min=0, show_default=False)] = None,
    reveal: Annotated[bool, typer.Option("--reveal")] = False,
) -> None:
    """Run SQL on the warehouse, read-only and on record."""
    from orchestration.cli.views.rows import limits, write_results
    from orchestration.restricted.warehouse import query_warehouse

    settings = settings_of(None, home)
    shown, read = limits(limit, format.value, sys.stdout)
    write_results(query_warehouse(settings, sql, reveal=reveal, limit=read), format.value, sys.stdout, shown)


def explain(
    indicator: Indicator,
    period: Annotated[str, typer.Option()],
    region: Region = "420000",
    plan: Annotated[str | None, typer.Option(autocompletion=complete_plans, show_default=False)] = None,
    release: Annotated[str | None, typer.Option(autocompletion=complete_releases, show_default=False)] = None,
    rows: Annotated[bool, typer.Option("--rows")] = False,
    home: Home = None,
) -> None:
    """What a published figure is made of, from the release alone."""
    from orchestration.cli.console import ConsoleReporter
    from orchestration.cli.views.explanation import show
    from orchestration.figure.provenance import contributing_rows
    from orchestration.figure.provenance import explain as explain_figure

    settings = settings_of(None, home) if release else published_home(home)
    told = explain_figure(settings, indicator=indicator, region=region, period=period, plan=plan, release=release)
    with ConsoleReporter() as console:
        show(console, told)
    if rows:
        import csv

        csv.writer(sys.stdout, lineterminator="\n").writerows(contributing_rows(settings, told))
