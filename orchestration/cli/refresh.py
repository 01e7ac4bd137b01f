"""The commands `refresh`, `sample` and `serve`."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from orchestration.cli.options import EXIT_PASSING, Home, Landing, fail, settings_of
from orchestration.text import inline, pair, two_lines

if TYPE_CHECKING:
    from orchestration.settings import Settings


class Engine(StrEnum):
    """What builds the models that grow with persons and cases."""

    duckdb = "duckdb"
    spark = "spark"


def refresh(
    landing: Landing = None,
    home: Home = None,
    as_of: str | None = None,
    full: Annotated[bool, typer.Option("--full")] = False,
    accept: Annotated[list[str] | None, typer.Option(metavar="SUITE.RULE")] = None,
    reason: list[str] | None = None,
    wait: Annotated[float, typer.Option(min=0, metavar="MINUTES")] = 0,
    workers: Annotated[int | None, typer.Option(min=0, metavar="N")] = None,
    engine: Annotated[Engine | None, typer.Option()] = None,
) -> None:
    """The nightly job, in this process: land, build, gate, publish."""
    from orchestration.alerts.check import watched
    from orchestration.errors import user_message
    from orchestration.home_access import close_home
    from orchestration.patience import may_pass, time_limit, waiting

    settings = settings_of(landing, home)
    if workers is not None:
        settings = settings.model_copy(update={"landing_workers": workers})
    if engine is not None:
        settings = settings.model_copy(update={"engine": engine.value})
    if settings.engine == "spark":
        from orchestration.dbt_build.spark_ready import require_spark

        require_spark()
    day = parse_day(as_of)
    if not settings.inbox.is_dir() and not settings.warehouse.exists():  # later, a share that is not mounted
        fail(two_lines("cli.inbox_missing", inbox=settings.inbox))
    accepted = {}
    if accept or reason:
        from orchestration.gate.run import acceptances

        accepted = acceptances(settings, accept or [], reason or [])
    close_home(settings)

    def attempt() -> None:
        with time_limit(settings):  # also of what comes before the run: a share that hangs
            _refresh(settings, day, full=full, accepted=accepted)

    try:
        with watched(settings):
            waiting(settings, attempt, wait)
    except Exception as error:
        if may_pass(error) and (said := user_message(error)) is not None:
            fail(said[0], EXIT_PASSING)
        raise


def _refresh(settings: Settings, day: date | None, *, full: bool, accepted: Mapping[str, str]) -> None:
    """The same, once it is clear what is asked for."""
    from orchestration.patience import patiently
    from orchestration.pipeline.clock import day_of_run
    from orchestration.pipeline.triggers import pending_triggers, rest, take_up
    from orchestration.settings import WUHAN

    take_up(settings)
    day = day or day_of_run(settings)  # one day for what is looked at and for the run, also across midnight
    today = day
    reasons = patiently(settings, lambda: pending_triggers(settings, today, full=full))
    if not reasons:
        from orchestration.release.candidates import waiting_since
        from orchestration.release.log import current_id

        rest(settings, day)
        release = current_id(settings)
        typer.echo(two_lines("cli.release_stays", release=release))
        if (proposed := waiting_since(settings)) is not None:
            since = f"{proposed[1].astimezone(WUHAN):%Y-%m-%d %H:%M}"
            typer.echo(two_lines("cli.candidate_waits", release_id=proposed[0], since=since))
        return
    from orchestration.cli.console import ConsoleReporter
    from orchestration.cli.views.progress import show_published
    from orchestration.progress import report_to
    from orchestration.refresh import refresh as run_refresh

    with ConsoleReporter() as console:
        report_to(console)
        for why in reasons:
            console.say(f"· {why.zh} / {why.en}")
        manifest = run_refresh(settings, day, full=full, accepted=accepted)
        show_published(console, settings, manifest)


def parse_day(text: str | None) -> date | None:
    """The day of --as-of. Raises WrongUsage."""
    if text is None:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        from orchestration.errors import WrongUsage

        raise WrongUsage(two_lines("usage.day_malformed", text=text)) from None


def judge(
    home: Home = None,
    wait: Annotated[float, typer.Option(min=0, metavar="MINUTES")] = 0,
) -> None:
    """Judge dumps for a landing that another machine, or another process of this one, is at."""
    import time

    from raw_landing.judging import plans, work

    settings = settings_of(None, home)
    until = time.monotonic() + 60 * wait
    while not (found := plans(settings.home)):
        if time.monotonic() >= until:
            typer.echo(two_lines("cli.nothing_to_judge", home=settings.home))
            return
        time.sleep(1)
    try:
        typer.echo(two_lines("cli.judged", count=work(found[-1])))
    except FileNotFoundError:  # it has ended meanwhile
        typer.echo(two_lines("cli.nothing_to_judge", home=settings.home))


def sample(
    out: Path | None = None,
    seed: int = 20211231,
    scale: str = "default",
    scenario: str = "all",
    landing: Landing = None,
) -> None:
    """Write synthetic dumps, labelled as such: all extracts, all units, both plans' years. No real person."""
    from orchestration.cli.console import ConsoleReporter
    from orchestration.progress import Run
    from raw_landing.sample import write_sample

    settings = settings_of(landing, None)
    target = out or settings.inbox
    with ConsoleReporter(sys.stderr) as console, Run(console).stage("sample", *pair("cli.sample_stage")) as stage:
        summary = write_sample(target, seed=seed, scale=scale, scenario=scenario, progress=stage.dumps)
    typer.echo(two_lines("cli.sample_written", target=target, files=summary.files, amount=summary.bytes / 1000000.0))
    if summary.not_made:
        typer.echo(inline("cli.sample_lacks", extracts=", ".join(summary.not_made)))


def serve(
    landing: Landing = None,
    home: Home = None,
    port: Annotated[int | None, typer.Option(envvar="HRSS_PORT")] = None,
) -> None:
    """Dagster's web server and daemon (schedule, sensor) on this machine's loopback address; ends with Ctrl-C."""
    from orchestration.dagster_runtime.serve import serve as run_server

    settings = settings_of(landing, home)
    run_server(settings, port or settings.port)
