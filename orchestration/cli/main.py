"""The `hrss` command: reads the words of the command line and calls what does the work. Importing it must stay cheap:
everything heavy is imported by the command that needs it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer

from orchestration.gc_tuning import spare_what_lasts
from orchestration.interruption import is_noted, leave

if TYPE_CHECKING:
    from datetime import date

    from orchestration.settings import Settings

EXIT_FAILED, EXIT_REFUSED_DUMP, EXIT_REFUSED, EXIT_USAGE = 1, 2, 3, 64
UsageError: type[typer.BadParameter] = typer.BadParameter.__mro__[1]  # what typer raises for all wrong usage

_error_log = ContextVar("error_log", default=Path("error.log"))  # in the home that the command under way works on

app = typer.Typer(
    name="hrss",
    help="湖北人社规划数据仓库:从报送文件到发布版。\n\nThe Hubei HRSS plan warehouse: from agencies' dumps to a "
    "published, gated release.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110},
)

quarantine = typer.Typer(
    help="Refused rows: see them, write them out for mending, set others aside.", no_args_is_help=True
)
app.add_typer(quarantine, name="quarantine")
doubts = typer.Typer(help="Doubtful records: what to look into, and where it stands.", no_args_is_help=True)
app.add_typer(doubts, name="doubts")
definitions = typer.Typer(
    help="Definitions (口径) of the indicators: their versions, side by side.", no_args_is_help=True
)
app.add_typer(definitions, name="definitions")

Landing = Annotated[
    Path | None,
    typer.Option(
        help="The folder that holds inbox/ (default: raw_landing/).", envvar="HRSS_LANDING", show_default=False
    ),
]
Home = Annotated[
    Path | None,
    typer.Option(help="Everything the program writes (default: data/).", envvar="HRSS_HOME", show_default=False),
]


class PeriodType(StrEnum):
    """The periods of indicators."""

    month = "month"
    quarter = "quarter"
    ytd = "ytd"
    year = "year"


class Format(StrEnum):
    """How `hrss query` writes its rows."""

    table = "table"
    csv = "csv"
    json = "json"


def _settings(landing: Path | None, home: Path | None) -> Settings:
    from pydantic import ValidationError

    from orchestration.errors import WrongUsage
    from orchestration.settings import Settings

    try:
        settings = Settings.of(landing=landing, home=home)
    except ValidationError as error:
        wrong = (f"HRSS_{'_'.join(map(str, one['loc'])).upper()}: {one['msg']}" for one in error.errors())
        raise WrongUsage("\n".join(wrong)) from error
    _error_log.set(settings.home / "error.log")
    return settings


def _fail(message: object, code: int = EXIT_FAILED) -> NoReturn:
    typer.echo(str(message), err=True)
    raise typer.Exit(code)


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no day; write it as 2024-03-31", param_hint="--as-of") from None


@app.command()
def refresh(
    landing: Landing = None,
    home: Home = None,
    as_of: Annotated[
        str | None, typer.Option(help="Day that dates lateness and maturity, YYYY-MM-DD (default: today).")
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Land and build everything anew.")] = False,
    accept: Annotated[
        list[str] | None,
        typer.Option(metavar="SUITE.RULE", help="Publish although this critical rule fails; may be repeated."),
    ] = None,
    reason: Annotated[
        list[str] | None, typer.Option(help="Why it is accepted; published with the release. One for each --accept.")
    ] = None,
) -> None:
    """The nightly job, in this process: land, build, gate, publish.

    Exit codes: 0 published or nothing new, 3 the gate refused (the last release stays), 64 wrong usage, 1 other.
    """
    from orchestration.home_access import close_home
    from orchestration.pipeline.triggers import reasons_to_run, take_up
    from orchestration.settings import today

    settings = _settings(landing, home)
    day = _day(as_of)
    if not settings.inbox.is_dir():
        _fail(
            f"找不到收件夹 {settings.inbox};请用 --landing 指定,或先运行 hrss sample。\n"
            f"No inbox at {settings.inbox}; name its folder with --landing, or run hrss sample first."
        )
    accepted = {}
    if accept or reason:
        from orchestration.gate.run import acceptances

        accepted = acceptances(settings, accept or [], reason or [])
    close_home(settings)
    take_up(settings)
    reasons = reasons_to_run(settings, day or today(), full=full)
    if not reasons:
        from orchestration.release.log import current_id

        release = current_id(settings)
        typer.echo(f"没有新内容,发布版 {release} 仍为当前版。\nNothing new: release {release} stays current.")
        return
    from orchestration.cli.console import ConsoleReporter, show_published
    from orchestration.progress import report_to
    from orchestration.refresh import refresh as run_refresh

    with ConsoleReporter() as console:
        report_to(console)
        for why in reasons:
            console.say(f"· {why.zh} / {why.en}")
        manifest = run_refresh(settings, day, full=full, accepted=accepted)
        show_published(console, settings, manifest)


@app.command()
def progress(
    home: Home = None,
    plan: Annotated[str, typer.Option(help="135: 2016-2020, 145: 2021-2025.")] = "145",
    region: Annotated[str, typer.Option(help="Code of a region: 420000 the province, 420100 Wuhan …")] = "420000",
) -> None:
    """The plan's indicators against their targets, from the current release.

    Exit codes: 0, 64 wrong usage (the release has no such plan or region), 1 other.
    """
    from orchestration.cli.console import ConsoleReporter, show_progress

    settings = _published(home)
    with ConsoleReporter() as console:
        show_progress(console, settings, plan_id=plan, region_code=region)


@app.command()
def sample(
    out: Annotated[
        Path | None, typer.Option(help="Folder to write to (default: the inbox of the landing folder).")
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed writes the same dumps.")] = 20211231,
    scale: Annotated[
        str,
        typer.Option(
            help="How much: default; small, for a quick look; province, a full month of everybody (8 GB, minutes)."
        ),
    ] = "default",
    landing: Landing = None,
) -> None:
    """Write synthetic dumps, labelled as such: all extracts, all units, both plans' years. No real person."""
    from orchestration.cli.console import ConsoleReporter
    from orchestration.progress import Run
    from raw_landing.sample import write_sample

    settings = _settings(landing, None)
    target = out or settings.inbox
    with ConsoleReporter(sys.stderr) as console, Run(console).stage("sample", "生成", "making dumps") as stage:
        summary = write_sample(target, seed=seed, scale=scale, progress=stage.dumps)
    typer.echo(
        f"合成数据(非真实统计)已写入 {target}:{summary.files} 个文件,{summary.bytes / 1e6:.1f} MB。\n"
        f"SYNTHETIC dumps written to {target}: {summary.files} files, {summary.bytes / 1e6:.1f} MB."
    )


@app.command()
def check(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Dumps: .csv, .txt, .tsv, their .gz, .xlsx.")],
    html: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the same as a page that one can send back.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Write it for machines: a list, one object a file.")] = False,
    home: Home = None,
) -> None:
    """Judge dumps against their contracts without loading them, in Chinese and English.

    A file below a folder named inbox/<source>/ is identified as there; elsewhere by its manifest or its name. First is
    said what it was taken for and how many rows would load, then the verdict. Where there is a home, its earlier
    deliveries and its release are asked, too: what the gate would stop, a month that was final.

    Exit codes: 0 all fine, 2 something would be refused, 64 wrong usage.
    """
    from orchestration.cli.check_at_home import has_ledger, judged_at_home
    from raw_landing.intake.check import INBOX, check_file

    settings = _settings(None, home)
    for file in files:
        if not file.is_file():
            _fail(f"{file}: 找不到文件 / no such file", EXIT_USAGE)
    if html is not None and (INBOX in html.resolve().parts or html.resolve() in [file.resolve() for file in files]):
        _fail(f"{html}: 请另指定页面文件 / name another file for the page", EXIT_USAGE)
    knows, verdicts = has_ledger(settings), []
    for file in files:
        verdicts.append(judged_at_home(settings, check_file(file)) if knows else check_file(file))
        if not as_json:
            typer.echo(verdicts[-1].text)
    if as_json:
        import json

        typer.echo(json.dumps([verdict.record for verdict in verdicts], ensure_ascii=False, indent=2))
    elif not knows:
        typer.echo(
            f"{settings.home}: 没有入库记录,只按约定判断,未与以前的报送比较。\n"
            f"{settings.home}: nothing landed there; judged by the contract alone, not against earlier deliveries."
        )
    if html is not None:
        from orchestration.rendering.check_page import write_check_page

        write_check_page(html, verdicts)
        typer.echo(f"页面已写入 {html} / page written to {html}", err=as_json)
    raise typer.Exit(EXIT_REFUSED_DUMP if any(verdict.refused for verdict in verdicts) else 0)


@app.command()
def withdraw(
    dump_id: Annotated[str, typer.Argument(metavar="DUMP_ID", help="As on the receipt: 16 hex digits.")],
    reason: Annotated[str, typer.Option(help="Why; published with the receipt.")],
    home: Home = None,
) -> None:
    """Take a loaded dump back: the revision before it becomes active again; the next refresh publishes that.

    Exit codes: 0 withdrawn, 64 wrong usage, 1 other (no such dump, it was rejected or withdrawn before).
    """
    from orchestration.gate.acceptance import ReasonUnfit
    from orchestration.release.withdraw import withdraw_dump

    settings = _landed(home)
    try:
        withdrawal = withdraw_dump(settings, dump_id, reason)
    except ReasonUnfit as error:
        raise typer.BadParameter(str(error), param_hint="--reason") from None
    typer.echo(withdrawal.text)


@app.command()
def verify(
    release: Annotated[
        str | None,
        typer.Argument(metavar="RELEASE", help="YYYYMMDD-NN (default: the current one).", show_default=False),
    ] = None,
    home: Home = None,
) -> None:
    """Prove that a release is what was published.

    Every file has the checksum of the manifest and none is missing or more; every table has its rows; the manifest is
    the one on record; and each manifest before it, as far as the folders are kept, has the hash that the next one
    holds. What is not so is listed: what, expected, found.

    Exit codes: 0 untouched, 1 not (or nothing is published), 64 no such release.
    """
    from orchestration.release.log import current_id
    from orchestration.release.verify import verify as verify_release

    settings = _settings(None, home)
    release = release or current_id(settings) or _nothing_published(settings)
    verdict = verify_release(settings, release)
    typer.echo(verdict.text)
    raise typer.Exit(0 if verdict.untouched else EXIT_FAILED)


@app.command()
def gate(
    release: Annotated[
        str | None,
        typer.Argument(
            metavar="[RELEASE]", help="YYYYMMDD-NN or current (default: the warehouse).", show_default=False
        ),
    ] = None,
    explain: Annotated[
        str | None, typer.Option(metavar="RULE", help="Explain one rule (suite.rule): text, source, SQL, what fails.")
    ] = None,
    landing: Landing = None,
    home: Home = None,
) -> None:
    """Run the quality gate again: on the warehouse as it stands, or on the final file of any release.

    Nothing is published or changed. Locators are keys, dumps and lines, never what a row says of a person.
    Exit codes: 0 nothing critical fails, 3 something does, 64 wrong usage (no such release or rule), 1 other.
    """
    from orchestration.cli.console import ConsoleReporter
    from orchestration.gate.report import explained, judged

    settings = _landed(home) if release is None else _settings(landing, home)
    with ConsoleReporter() as console:
        text, passed = judged(settings, release) if explain is None else explained(settings, release, explain)
        console.say_plainly(text)
    raise typer.Exit(0 if passed else EXIT_REFUSED)


@app.command()
def rollback(
    release: Annotated[str, typer.Argument(metavar="RELEASE", help="YYYYMMDD-NN, of those that are kept.")],
    reason: Annotated[str, typer.Option(help="Why; stands on record, hrss status shows it.")],
    home: Home = None,
) -> None:
    """Send readers to another release, in one step and on record.

    It is verified first (hrss verify). Nothing is removed: the releases after it stay, and one of them can be made
    current again in the same way. The next hrss refresh leaves this be as long as nothing is new; when dumps have
    arrived, the code has changed or a month has turned, it publishes a new release, which replaces this one. What was
    wrong with the dumps is mended by a new revision or by hrss withdraw, not by this.

    Exit codes: 0 done, 64 wrong usage (no such release, or it is current), 1 other (it is not what was published).
    """
    from orchestration.gate.acceptance import ReasonUnfit
    from orchestration.release.rollback import roll_back

    settings = _settings(None, home)
    try:
        verdict = roll_back(settings, release, reason)
    except ReasonUnfit as error:
        raise typer.BadParameter(str(error), param_hint="--reason") from None
    typer.echo(f"{verdict.text}\n已改用该版 / readers are sent there now: {settings.current_marts}")


@app.command()
def diff(
    first: Annotated[
        str | None,
        typer.Argument(metavar="[A]", help="The earlier release (default: the one before B).", show_default=False),
    ] = None,
    second: Annotated[
        str | None,
        typer.Argument(metavar="[B]", help="The later release (default: the current one).", show_default=False),
    ] = None,
    home: Home = None,
    limit: Annotated[int, typer.Option(min=1, help="How many changes the terminal shows.")] = 30,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write it as a page.")] = None,
) -> None:
    """What two releases say differently, and why: binding indicators first, the province first, the largest first.

    Works for any two releases that ever were current, also when their folders are gone.
    Exit codes: 0, 64 no such release, 1 other (nothing is published).
    """
    from orchestration.attribution.report import ON_PAGE, write_diff_page
    from orchestration.cli.console import ConsoleReporter
    from orchestration.cli.views.comparison import find_comparison, show_comparison

    settings = _published(home)
    comparison = find_comparison(settings, first, second, limit if html is None else max(limit, ON_PAGE))
    if html is not None:
        write_diff_page(html, comparison)
        typer.echo(f"页面已写入 {html} / page written to {html}")
        return
    with ConsoleReporter() as console:
        show_comparison(console, comparison)


@quarantine.command("list")
def quarantine_list(home: Home = None) -> None:
    """The dumps of which rows were refused: how many, and for which reasons."""
    from orchestration.cli.console import ConsoleReporter
    from orchestration.cli.views.quarantine import show_refusals

    settings = _landed(home)
    with ConsoleReporter() as console:
        show_refusals(console, settings)


@quarantine.command("show")
def quarantine_show(
    dump_id: Annotated[str, typer.Argument(metavar="DUMP_ID", help="As hrss quarantine list names it.")],
    home: Home = None,
    reveal: Annotated[bool, typer.Option("--reveal", help="Show personal data and the original text.")] = False,
) -> None:
    """The refused rows of one dump: line, reasons, text. Personal data are masked."""
    from orchestration.cli.console import ConsoleReporter
    from orchestration.cli.views.quarantine import show_refused_rows

    settings = _landed(home)
    with ConsoleReporter() as console:
        show_refused_rows(console, settings, dump_id, reveal=reveal)


@quarantine.command("export")
def quarantine_export(
    dump_id: Annotated[str, typer.Argument(metavar="DUMP_ID", help="As hrss quarantine list names it.")],
    out: Annotated[Path, typer.Option(help="A new file, or a folder. Holds personal data.")],
    landing: Landing = None,
    home: Home = None,
    whole: Annotated[bool, typer.Option("--whole", help="All rows of the dump, the refused ones marked.")] = False,
) -> None:
    """Write refused rows as a CSV for spreadsheets, to be mended.

    A revision replaces the whole dump: what shall come back as one is best written with --whole.
    """
    from orchestration.cli.views.quarantine import exported
    from raw_landing.quarantine import export

    settings = _landed(home)
    if out.resolve().is_relative_to(_settings(landing, home).inbox.resolve()):
        _fail("收件夹只由报送单位写入,请写到别处 / the inbox is the agencies': name another place", EXIT_USAGE)
    typer.echo(exported(export(settings.home, dump_id, out, whole=whole)))


Line = Annotated[list[int], typer.Option("--line", min=1, help="The line on which the row begins; several times.")]


@quarantine.command("add")
def quarantine_add(
    dump_id: Annotated[str, typer.Argument(metavar="DUMP_ID", help="As the gate or a receipt names it.")],
    line: Line,
    reason: Annotated[str, typer.Option(help="Why; stands on record. No name, no person's number.")],
    home: Home = None,
) -> None:
    """Set loaded rows of a dump aside: they count as refused from now on, in receipts, landed rows and marts.

    Holds for every dump of the same content, however often it is read or delivered again, and can be taken back. When
    a whole dump is wrong, use hrss withdraw. The next hrss refresh publishes it.
    Exit codes: 0 done, 64 wrong usage, 1 other (no such dump, no row that loaded begins on the line).
    """
    from orchestration.cli.setting_aside import set_rows_aside

    _decided(set_rows_aside, home, dump_id, line, reason)


@quarantine.command("take-back")
def quarantine_take_back(
    dump_id: Annotated[str, typer.Argument(metavar="DUMP_ID", help="As hrss quarantine list names it.")],
    line: Line,
    reason: Annotated[str, typer.Option(help="Why; stands on record. No name, no person's number.")],
    home: Home = None,
) -> None:
    """Let rows count again that were set aside by hand.

    Exit codes: 0 done, 64 wrong usage, 1 other (the row is not set aside).
    """
    from orchestration.cli.setting_aside import take_rows_back

    _decided(take_rows_back, home, dump_id, line, reason)


def _decided(
    decide: Callable[[Settings, str, Sequence[int], str], str],
    home: Path | None,
    dump_id: str,
    lines: Sequence[int],
    reason: str,
) -> None:
    from orchestration.gate.acceptance import ReasonUnfit

    settings = _landed(home)
    try:
        typer.echo(decide(settings, dump_id, lines, reason))
    except ReasonUnfit as error:
        raise typer.BadParameter(str(error), param_hint="--reason") from None


@doubts.command("list")
def doubts_list(home: Home = None) -> None:
    """How many records each rule doubts."""
    from orchestration.cli.console import ConsoleReporter
    from orchestration.cli.views.record_checks import show_rules

    settings = _settings(None, home)
    with ConsoleReporter() as console:
        show_rules(console, settings)


@doubts.command("show")
def doubts_show(
    rule: Annotated[str, typer.Argument(metavar="RULE", help="As hrss doubts list names it.")],
    home: Home = None,
    limit: Annotated[int, typer.Option(min=1, help="How many records to show.")] = 50,
) -> None:
    """Where the records stand that a rule doubts: dump and line; persons by their pseudonyms."""
    from orchestration.cli.console import ConsoleReporter
    from orchestration.cli.views.record_checks import show_records

    settings = _settings(None, home)
    with ConsoleReporter() as console:
        show_records(console, settings, rule, limit)


@app.command()
def status(landing: Landing = None, home: Home = None) -> None:
    """The last release, what is late or missing, what is in quarantine, what the gate said."""
    from orchestration.cli.console import ConsoleReporter, show_status

    settings = _settings(landing, home)
    with ConsoleReporter() as console:
        show_status(console, settings)


@app.command()
def query(
    sql: Annotated[str, typer.Argument(help="SQL on the current release; its tables are in schema marts.")],
    home: Home = None,
    format: Annotated[Format, typer.Option(help="How rows are written.")] = Format.table,
) -> None:
    """Run SQL on the current release, read-only.

    Example: hrss query "select * from release"
    """
    from orchestration.figure.query import run_query

    settings = _published(home)
    run_query(settings.current_marts, sql, format.value, sys.stdout)


@app.command()
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

    settings = _settings(None, home) if release else _published(home)
    told = explain_figure(settings, indicator=indicator, region=region, period=period, plan=plan, release=release)
    with ConsoleReporter() as console:
        show(console, told)
    if rows:
        import csv

        csv.writer(sys.stdout, lineterminator="\n").writerows(contributing_rows(settings, told))


@definitions.command("list")
def definitions_list(
    indicator: Annotated[
        str | None, typer.Argument(metavar="[INDICATOR]", help="Its id or name (default: all).", show_default=False)
    ] = None,
    home: Home = None,
) -> None:
    """The versions of the definitions, with the days on which they are in force; drafts, too."""
    from orchestration.cli.console import ConsoleReporter
    from orchestration.cli.views.definitions import show_definitions

    settings = _published(home)
    with ConsoleReporter() as console:
        show_definitions(console, settings, indicator=indicator)


@definitions.command("compare")
def definitions_compare(
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

    settings = _published(home)
    with ConsoleReporter() as console:
        show_comparison(
            console,
            settings,
            indicator=indicator,
            versions=(first, second),
            region=region,
            period_type=period_type.value,
        )


@app.command()
def serve(
    landing: Landing = None,
    home: Home = None,
    port: Annotated[int | None, typer.Option(help="On 127.0.0.1 (default: 3000).", envvar="HRSS_PORT")] = None,
) -> None:
    """Dagster's web server and daemon (schedule, sensor) on this machine's loopback address; ends with Ctrl-C.

    The page opens at the address that stands in <home>/dagster/page_address, which only the home's owner can read.
    """
    from orchestration.dagster_runtime.serve import serve as run_server

    settings = _settings(landing, home)
    run_server(settings, port or settings.port)


def _landed(home: Path | None) -> Settings:
    settings = _settings(None, home)
    if not (settings.home / "landed").is_dir():
        _fail(
            f"{settings.home}: 尚未入库任何文件,请先运行 hrss refresh。\n"
            f"{settings.home}: nothing is landed yet; run hrss refresh first."
        )
    return settings


def _published(home: Path | None) -> Settings:
    settings = _settings(None, home)
    if not settings.current_marts.exists():
        _nothing_published(settings)
    return settings


def _nothing_published(settings: Settings) -> NoReturn:
    _fail(
        f"{settings.current_marts}: 尚无发布版,请先运行 hrss refresh。\n"
        f"{settings.current_marts}: nothing is published yet; run hrss refresh first."
    )


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Entry point of the command `hrss`. Wrong usage ends with 64 (EX_USAGE of sysexits.h); no failure ends with a
    traceback: it is told in a sentence, or written to <home>/error.log."""
    spare_what_lasts()
    try:
        code = app(args=list(arguments) if arguments is not None else None, prog_name="hrss", standalone_mode=False)
    except UsageError as error:
        error.show()
        sys.exit(EXIT_USAGE)
    except (typer.Abort, KeyboardInterrupt):
        leave()
    except Exception as error:
        if is_noted():  # what fails now fails because of it
            leave()
        sys.exit(_explained(error))
    sys.exit(code if isinstance(code, int) else 0)


def _explained(error: Exception) -> int:
    """Say what went wrong; return the exit code."""
    from orchestration.errors import logged, told

    message, code = told(error) or (
        logged(error, _error_log.get()),
        EXIT_FAILED,
    )
    typer.echo(message, err=True)
    return code


if __name__ == "__main__":
    main()
