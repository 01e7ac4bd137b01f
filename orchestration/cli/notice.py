"""The group `notice`: errors that were published, on record and in every release since."""

from __future__ import annotations

from typing import Annotated

import typer

from orchestration.cli.completion import complete_releases
from orchestration.cli.options import Home, published_home, refuse_invalid_reason
from orchestration.text import inline, two_lines

app = typer.Typer(no_args_is_help=True)
Named = Annotated[str, typer.Option(metavar="RELEASE", autocompletion=complete_releases)]
MaybeNamed = Annotated[str | None, typer.Option(metavar="RELEASE", autocompletion=complete_releases)]


@app.command("add")
def add(
    what: Annotated[str, typer.Argument(metavar="TEXT")],
    right: Annotated[str, typer.Option()],
    first: Named,
    last: MaybeNamed = None,
    wrong: Annotated[str | None, typer.Option()] = None,
    home: Home = None,
) -> None:
    """Enter an error that was published: what was wrong, in which releases, and the right value."""
    from orchestration.release.notices import add_notice

    settings = published_home(home)
    with refuse_invalid_reason():
        notice = add_notice(settings, what=what, right=right, first=first, last=last, wrong=wrong)
    typer.echo(two_lines("release.notice_added", number=notice.number, releases=", ".join(notice.releases)))


@app.command("list")
def list_notices(home: Home = None) -> None:
    """The notices of published errors, by number."""
    from orchestration.release.notices import notices

    found = notices(published_home(home))
    if not found:
        typer.echo(inline("release.no_notices"))
    for one in found:
        typer.echo(
            two_lines(
                "release.notice",
                number=one.number,
                noted_at=f"{one.noted_at:%Y-%m-%d %H:%M}",
                noted_by=one.noted_by,
                what=one.what,
                wrong=one.wrong_value or "–",
                right=one.right_value,
                since=f"{one.wrong_since:%Y-%m-%d}",
                releases=", ".join(one.releases),
            )
        )
