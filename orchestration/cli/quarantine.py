"""The group `quarantine`: refused rows, and rows set aside by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.cli.options import EXIT_USAGE, Home, Landing, fail, landed_home, refuse_invalid_reason, settings_of
from orchestration.text import inline

if TYPE_CHECKING:
    from orchestration.settings import Settings

app = typer.Typer(no_args_is_help=True)


@app.command("list")
def list_dumps(home: Home = None) -> None:
    """The dumps of which rows were refused: how many, and for which reasons."""
    from orchestration.cli.console import ConsoleReporter
    from orchestration.cli.views.quarantine import show_refusals

    settings = landed_home(home)
    with ConsoleReporter() as console:
        show_refusals(console, settings)


@app.command("show")
def show_rows(
    dump_id: Annotated[str, typer.Argument(metavar="DUMP_ID")],
    home: Home = None,
    reveal: Annotated[bool, typer.Option("--reveal")] = False,
) -> None:
    """The refused rows of one dump: line, reasons, text. Personal data are masked."""
    from orchestration.audit_log import audit
    from orchestration.cli.console import ConsoleReporter
    from orchestration.cli.views.quarantine import show_refused_rows
    from raw_landing.quarantine import refused_rows

    settings = landed_home(home)
    contract, rows = refused_rows(settings.home, dump_id)
    audit(settings, "quarantine_read", dump_id=dump_id, revealed=reveal)
    with ConsoleReporter() as console:
        show_refused_rows(console, dump_id, contract, rows, reveal=reveal)


@app.command("export")
def export_rows(
    dump_id: Annotated[str, typer.Argument(metavar="DUMP_ID")],
    out: Annotated[Path, typer.Option()],
    landing: Landing = None,
    home: Home = None,
    whole: Annotated[bool, typer.Option("--whole")] = False,
) -> None:
    """Write refused rows as a CSV for spreadsheets, to be mended."""
    from functools import partial

    from orchestration.audit_log import audit
    from orchestration.cli.views.quarantine import exported
    from raw_landing.quarantine import export

    settings = landed_home(home)
    if out.resolve().is_relative_to(settings_of(landing, home).inbox.resolve()):
        fail(inline("cli.goal_in_inbox"), EXIT_USAGE)
    put_on_record = partial(audit, settings, "quarantine_exported", dump_id=dump_id, file=str(out.resolve()))
    file = export(settings.home, dump_id, out, whole=whole, announce=put_on_record)
    typer.echo(exported(file))


Line = Annotated[list[int], typer.Option("--line", min=1)]


@app.command("add")
def add_rows(
    dump_id: Annotated[str, typer.Argument(metavar="DUMP_ID")],
    line: Line,
    reason: Annotated[str, typer.Option()],
    home: Home = None,
) -> None:
    """Set loaded rows of a dump aside: they count as refused from now on, in receipts, landed rows and marts."""
    from orchestration.cli.setting_aside import set_rows_aside

    _decided(set_rows_aside, home, dump_id, line, reason)


@app.command("take-back")
def take_back_rows(
    dump_id: Annotated[str, typer.Argument(metavar="DUMP_ID")],
    line: Line,
    reason: Annotated[str, typer.Option()],
    home: Home = None,
) -> None:
    """Let rows count again that were set aside by hand."""
    from orchestration.cli.setting_aside import take_rows_back

    _decided(take_rows_back, home, dump_id, line, reason)


def _decided(
    decide: Callable[[Settings, str, Sequence[int], str], str],
    home: Path | None,
    dump_id: str,
    lines: Sequence[int],
    reason: str,
) -> None:
    settings = landed_home(home)
    with refuse_invalid_reason():
        typer.echo(decide(settings, dump_id, lines, reason))
