"""The commands on published figures: `progress`, `query` and `explain`."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import Annotated

import typer

from orchestration.cli.options import Home, published_home, settings_of


class Format(StrEnum):
    """How `hrss query` writes its rows."""

    table = "table"
    csv = "csv"
    json = "json"


def progress(
    home: Home = None,
    plan: Annotated[str, typer.Option(help="135: 2016-2020, 145: 2021-2025.")] = "145",
    region: Annotated[str, typer.Option(help="Code of a region: 420000 the province, 420100 Wuhan …")] = "420000",
    period: Annotated[str, typer.Option(help="A month, quarter or year: how things stood at its end.")] = "latest",
) -> None:
    """The plan's indicators against their targets, from the current release.

    Exit codes: 0, 64 wrong usage (the release has no such plan or region), 1 other.
    """
    from orchestration.cli.console import ConsoleReporter
    from orchestration.cli.views.progress import show_progress

    settings = published_home(home)
    with ConsoleReporter() as console:
        show_progress(console, settings, plan=plan, region=region, period=period)


def query(
    sql: Annotated[str, typer.Argument(help="SQL on the current release; its tables are in schema marts.")],
    home: Home = None,
    format: Annotated[Format, typer.Option(help="How rows are written.")] = Format.table,
) -> None:
    """Run SQL on the current release, read-only.

    Example: hrss query "select * from release"
    """
    from orchestration.figure.query import run_query
    from orchestration.release.folder import ReleaseFolder

    settings = published_home(home)
    run_query(ReleaseFolder.current(settings).marts, sql, format.value, sys.stdout)


def explain(
    indicator: Annotated[str, typer.Argument(metavar="INDICATOR", help="Its id, or its name in either language.")],
    period: Annotated[str, typer.Option(help="2024 | 2024Q3 | 2024-07 | 2024-07 ytd")],
    region: Annotated[
        str, typer.Option(help="Code or name of a region: 420000 the province, 420100 Wuhan …")
    ] = "420000",
    plan: Annotated[
        str | None, typer.Option(help="Show the plan's target, too: 135 or 145.", show_default=False)
    ] = None,
    release: Annotated[
        str | None, typer.Option(help="YYYYMMDD-NN (default: the current one).", show_default=False)
    ] = None,
    rows: Annotated[
        bool, typer.Option("--rows", help="List the contributing rows, too; only where the warehouse is.")
    ] = False,
    home: Home = None,
) -> None:
    """What a published figure is made of, from the release alone.

    Definition, numerator and denominator, the dumps with their shares and sha256, the quality results that touched it,
    suppression and completeness, and the SQL. --rows adds the contributing rows, by dump and line, as CSV.

    Exit codes: 0, 64 no such indicator, region, period or release, 1 other.
    """
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
