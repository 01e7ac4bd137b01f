"""The group `doubts`: records that the checks find doubtful."""

from __future__ import annotations

from typing import Annotated

import typer

from orchestration.cli.options import Home, refuse_invalid_reason, settings_of
from orchestration.text import two_lines

app = typer.Typer(no_args_is_help=True)


@app.command("list")
def list_rules(home: Home = None) -> None:
    """How many records each rule doubts."""
    from orchestration.cli.console import ConsoleReporter
    from orchestration.cli.views.record_checks import show_rules

    settings = settings_of(None, home)
    with ConsoleReporter() as console:
        show_rules(console, settings)


@app.command("show")
def show_rule(
    rule: Annotated[str, typer.Argument(metavar="RULE")],
    home: Home = None,
    limit: Annotated[int, typer.Option(min=1)] = 50,
) -> None:
    """Where the records stand that a rule doubts: dump and line; persons by their pseudonyms."""
    from orchestration.audit_log import audit
    from orchestration.cli.console import ConsoleReporter
    from orchestration.cli.views.record_checks import show_records
    from orchestration.restricted.work_list import doubts_of_rule

    settings = settings_of(None, home)
    found = doubts_of_rule(settings, rule, limit)
    audit(settings, "doubts_read", rule=found[0].rule_id)
    with ConsoleReporter() as console:
        show_records(console, *found)


@app.command("probable")
def probable(home: Home = None) -> None:
    """Weigh the probable links of the crosswalk with splink and list them for whoever checks them."""
    from orchestration.lock import writer_lock
    from orchestration.restricted.probable_links import score_probable_links

    settings = settings_of(None, home)
    with writer_lock(settings, "hrss doubts probable"):
        links = score_probable_links(settings)
    typer.echo(two_lines("cli.probable_links", links=links, file=settings.probable_links))


@app.command("rotate-key")
def rotate(
    reason: Annotated[str, typer.Option()],
    home: Home = None,
) -> None:
    """Replace the key of the pseudonyms; former lists can still be joined to new ones."""
    from orchestration.restricted.pseudonyms import rotate_key

    settings = settings_of(None, home)
    with refuse_invalid_reason():
        old, new = rotate_key(settings, reason)
    typer.echo(two_lines("cli.key_rotated", old=old.key_id, new=new.key_id, map=settings.pseudonym_map))
