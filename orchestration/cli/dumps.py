"""The commands on dumps and their receipts: `check`, `withdraw` and `receipts`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from orchestration.cli.options import (
    EXIT_REFUSED_DUMP,
    EXIT_USAGE,
    Home,
    fail,
    landed_home,
    refuse_invalid_reason,
    settings_of,
)
from orchestration.text import inline, pair, two_lines


def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...")],
    html: Annotated[Path | None, typer.Option(metavar="FILE")] = None,
    as_json: Annotated[bool, typer.Option("--json")] = False,
    home: Home = None,
) -> None:
    """Judge dumps against their contracts without loading them, in Chinese and English."""
    from orchestration.cli.check_at_home import has_ledger, judged_at_home
    from raw_landing.intake.check import INBOX, check_file

    settings = settings_of(None, home)
    for file in files:
        if not file.is_file():
            fail(inline("cli.file_missing", file=file), EXIT_USAGE)
    if html is not None and (INBOX in html.resolve().parts or html.resolve() in [file.resolve() for file in files]):
        fail(inline("cli.page_overwrites_dump", html=html), EXIT_USAGE)
    knows, verdicts = has_ledger(settings), []
    for file in files:
        verdicts.append(judged_at_home(settings, check_file(file)) if knows else check_file(file))
        if not as_json:
            typer.echo(verdicts[-1].text)
    if as_json:
        import json

        typer.echo(json.dumps([verdict.record for verdict in verdicts], ensure_ascii=False, indent=2))
    elif not knows:
        typer.echo(two_lines("cli.check_without_history", home=settings.home))
    if html is not None:
        from orchestration.rendering.check_page import write_check_page

        write_check_page(html, verdicts)
        typer.echo(inline("cli.page_written", html=html), err=as_json)
    raise typer.Exit(EXIT_REFUSED_DUMP if any(verdict.refused for verdict in verdicts) else 0)


def withdraw(
    dump_id: Annotated[str, typer.Argument(metavar="DUMP_ID")],
    reason: Annotated[str, typer.Option()],
    home: Home = None,
) -> None:
    """Take a loaded dump back: the revision before it becomes active again; the next refresh publishes that."""
    from orchestration.release.withdraw import withdraw_dump

    settings = landed_home(home)
    with refuse_invalid_reason():
        withdrawal = withdraw_dump(settings, dump_id, reason)
    typer.echo(withdrawal.text)


def receipts(
    unit: Annotated[str | None, typer.Argument(metavar="UNIT", show_default=False)] = None,
    home: Home = None,
) -> None:
    """Lay the receipts of the units into the outbox, as each night does, and say what waits for whom."""
    from orchestration.lock import writer_lock
    from orchestration.lookup import find
    from orchestration.outbox.write import PAGE, counts, write_receipts
    from orchestration.settings import today

    settings = landed_home(home)
    with writer_lock(settings, "hrss receipts"):
        units = {one.code: one for one in write_receipts(settings, today())}
    if unit is not None:
        names = {code: (one.name[0], one.name[0][:-1], one.name[1]) for code, one in units.items()}
        code = find(pair("lookup.region"), unit, names)
        units = {code: units[code]}
    for code, one in units.items():
        page, found, (zh, en) = settings.receipts / code / PAGE, counts(one), one.name
        typer.echo(
            two_lines(
                "outbox.told",
                zh=zh,
                en=en,
                page=page,
                rejected=found["rejected"],
                partly=found["partly"],
                overdue=found["overdue"],
            )
        )
