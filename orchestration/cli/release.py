"""The commands on releases: `verify`, `report`, `gate`, `rollback`, `approve`, `reject`, `diff` and `status`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from orchestration.cli.completion import complete_releases
from orchestration.cli.options import (
    EXIT_FAILED,
    EXIT_REFUSED,
    AnyRelease,
    Home,
    Landing,
    Release,
    fail_unpublished,
    landed_home,
    published_home,
    refuse_invalid_reason,
    settings_of,
)
from orchestration.errors import WrongUsage
from orchestration.text import inline, two_lines


def verify(
    release: AnyRelease = None,
    home: Home = None,
) -> None:
    """Prove that a release is what was published."""
    from orchestration.release.log import current_id
    from orchestration.release.pointer import pointer_agrees
    from orchestration.release.verify import verify as verify_release

    settings = settings_of(None, home)
    release = release or current_id(settings) or fail_unpublished(settings)
    verdict = verify_release(settings, release)
    typer.echo(verdict.text)
    current = current_id(settings)
    is_found = release != current or pointer_agrees(settings, current)
    if not is_found:
        typer.echo(two_lines("cli.health_pointer", pointer=settings.pointer, link=settings.current.name))
    raise typer.Exit(0 if verdict.is_intact and is_found else EXIT_FAILED)


def report(
    release: AnyRelease = None,
    serve: Annotated[bool, typer.Option("--serve")] = False,
    port: Annotated[int, typer.Option(min=0, max=65535)] = 8420,
    home: Home = None,
) -> None:
    """The pages of a release, the current one unless named: where they are, in the browser, or served on this machine's
    loopback address."""
    from orchestration.release.candidates import known_folder
    from orchestration.release.folder import ReleaseFolder
    from orchestration.report.show import open_in_browser, server

    settings = published_home(home) if release is None else settings_of(None, home)
    folder = ReleaseFolder.current(settings) if release is None else known_folder(settings, release)
    index = folder.report / "index.html"
    if not index.is_file():
        raise WrongUsage(two_lines("cli.report_missing", release_id=folder.release_id))
    if serve:
        from orchestration.dagster_runtime.release_pages import link_to_page
        from orchestration.dagster_runtime.web_access import LOOPBACK, bound

        with bound(port) as own:
            page = link_to_page(folder.release_id, "report/index.html")
            typer.echo(f"http://{LOOPBACK}:{own.getsockname()[1]}/{page}")
            server(folder.path.resolve().parent).run([own])
    typer.echo(str(index))
    if sys.stdout.isatty():
        open_in_browser(index)


def gate(
    release: AnyRelease = None,
    explain: Annotated[str | None, typer.Option(metavar="RULE")] = None,
    full: Annotated[bool, typer.Option("--full")] = False,
    landing: Landing = None,
    home: Home = None,
) -> None:
    """Run the quality gate again: on the warehouse as it stands, or on the final file of any release."""
    from orchestration.cli.console import ConsoleReporter
    from orchestration.gate.report import rule_report, run_report

    settings = landed_home(home) if release is None else settings_of(landing, home)
    with ConsoleReporter() as console:
        text, passed = (
            run_report(settings, release, full=full) if explain is None else rule_report(settings, release, explain)
        )
        console.say_plainly(text)
    raise typer.Exit(0 if passed else EXIT_REFUSED)


def rollback(
    release: Release,
    reason: Annotated[str, typer.Option()],
    home: Home = None,
) -> None:
    """Send readers to another release, in one step and on record."""
    from orchestration.release.folder import ReleaseFolder
    from orchestration.release.rollback import roll_back

    settings = settings_of(None, home)
    with refuse_invalid_reason():
        verdict = roll_back(settings, release, reason)
    typer.echo(verdict.text)
    typer.echo(inline("cli.readers_moved", marts=ReleaseFolder.current(settings).marts))


By = Annotated[str, typer.Option("--by", metavar="NAME")]


def approve(
    release: Release,
    by: By,
    note: Annotated[str, typer.Option()],
    home: Home = None,
) -> None:
    """Publish the release that waits for approval, on record."""
    from orchestration.pipeline.approval import approve as publish_approved
    from orchestration.release.folder import ReleaseFolder

    settings = settings_of(None, home)
    with refuse_invalid_reason("--by/--note"):
        verdict = publish_approved(settings, release, by, note)
    typer.echo(verdict.text)
    typer.echo(inline("cli.readers_moved", marts=ReleaseFolder.current(settings).marts))


def reject(
    release: Release,
    by: By,
    reason: Annotated[str, typer.Option()],
    home: Home = None,
) -> None:
    """Decide against the release that waits for approval, on record; readers keep what they have."""
    from orchestration.pipeline.approval import reject as reject_candidate

    settings = settings_of(None, home)
    with refuse_invalid_reason("--by/--reason"):
        folder = reject_candidate(settings, release, by, reason)
    typer.echo(two_lines("cli.candidate_rejected", release_id=folder.release_id))


def diff(
    first: Annotated[
        str | None, typer.Argument(metavar="A", autocompletion=complete_releases, show_default=False)
    ] = None,
    second: Annotated[
        str | None, typer.Argument(metavar="B", autocompletion=complete_releases, show_default=False)
    ] = None,
    home: Home = None,
    limit: Annotated[int, typer.Option(min=1)] = 30,
    html: Annotated[Path | None, typer.Option(metavar="FILE")] = None,
) -> None:
    """What two releases say differently, and why: binding indicators first, the province first, the largest first."""
    from orchestration.attribution.diff import find_comparison
    from orchestration.attribution.report import ON_PAGE, write_diff_page
    from orchestration.cli.console import ConsoleReporter
    from orchestration.cli.views.comparison import show_comparison
    from orchestration.release.candidates import CANDIDATE, candidate_ids

    settings = settings_of(None, home)
    if not {first, second} & {CANDIDATE, *candidate_ids(settings)}:  # a first release may wait, too
        published_home(home)
    comparison = find_comparison(settings, first, second, limit if html is None else max(limit, ON_PAGE))
    if html is not None:
        write_diff_page(html, comparison)
        typer.echo(inline("cli.page_written", html=html))
        return
    with ConsoleReporter() as console:
        show_comparison(console, comparison)


def status(
    landing: Landing = None,
    home: Home = None,
    all_rules: Annotated[bool, typer.Option("--all-rules")] = False,
    as_json: Annotated[bool, typer.Option("--json")] = False,
    metrics: Path | None = None,
) -> None:
    """Whether all is well, by exit code, too; the last release, what is late or missing, what the gate said."""
    from datetime import datetime

    from orchestration.alerts.incidents import open_now, read_incidents
    from orchestration.cli.console import ConsoleReporter
    from orchestration.cli.views import health as of_health
    from orchestration.cli.views.status import show_home, show_release
    from orchestration.kept_settings import variable
    from orchestration.pipeline.health import health
    from orchestration.pipeline.metrics import write_metrics
    from orchestration.pipeline.status import home_status, release_status
    from orchestration.release.log import current_id
    from orchestration.settings import WUHAN, kept_by

    settings = settings_of(landing, home)
    found = health(settings)
    if metrics is not None:
        write_metrics(found, metrics)
    if as_json:
        typer.echo(of_health.as_json(found))
        raise typer.Exit(found.exit_code)
    with ConsoleReporter() as console:
        of_health.show_health(console, found)
        if count := len(open_now(read_incidents(settings), datetime.now(WUHAN))):
            console.say(inline("alerts.open_count", count=count))
        if kept := kept_by(settings.home):
            console.say(inline("cli.settings_kept", settings=", ".join(f"{variable(k)}={v}" for k, v in kept.items())))
        show_home(console, home_status(settings), all_rules=all_rules)
        show_release(console, release_status(settings), current_id(settings))
    raise typer.Exit(found.exit_code)
