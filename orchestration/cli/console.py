"""What a person sees in the terminal: progress while it runs, tables when it is done. Reads releases, decides
nothing."""

from __future__ import annotations

import os
import sys
from datetime import date
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self, TextIO

import duckdb
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.progress import Progress as Bars
from rich.table import Table
from rich.text import Text

from orchestration.errors import WrongUsage
from orchestration.figure.query import open_release
from orchestration.files import read_json
from orchestration.progress import Stage, Steps
from orchestration.release.log import FOUND, PRUNED, PUBLISHED, ROLLED_BACK, current_id, history, standing
from orchestration.rendering.labels import STATUS, plan_names
from orchestration.run_record import GateRecord, RunRecord
from orchestration.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from raw_landing.intake.inbox import Skipped
    from raw_landing.progress import Progress

COLOURS = {"met": "green", "on_track": "green", "at_risk": "yellow", "off_track": "red"}
EVENTS = {
    PUBLISHED: "发布\npublished",
    ROLLED_BACK: "回退\nrolled back",
    FOUND: "链接与记录不符\nlink found otherwise",
    PRUNED: "清理旧版\nno longer kept",
}
EVENTS_SHOWN = 5
LEFT_SHOWN = 10
SECONDS_BETWEEN_LINES = 10.0
NARROWEST = 110
"""Columns a table needs when nobody tells the width of the terminal (a pipe, a log)."""


class ConsoleStage(Stage):
    """A stage with a bar on the terminal."""

    def __init__(self, name: str, zh: str, en: str, console: ConsoleReporter) -> None:
        super().__init__(name, zh, en)
        self.console = console

    def dumps(self, progress: Progress) -> None:
        """Show landing's progress: dumps done, rows, rate, time left."""
        detail = f"{progress.rows:,} 行 rows, {progress.rate:,.0f}/s, 剩余 left {progress.left:.0f} s"
        self.console.advance(progress.done, progress.total, "个文件 dumps", detail, progress.seconds)

    def steps(self, steps: Steps) -> None:
        """Show which step begins, how many are done, and the time left by their number."""
        left = f", 剩余约 left about {steps.left:.0f} s" if steps.done else ""
        self.console.advance(steps.done, steps.total, "步 steps", f"{steps.begins}{left}", steps.seconds)


class ConsoleReporter:
    """Writes to the terminal this process was started from, also while Dagster captures its output; or to the stream
    `to`, where standard output is for results alone."""

    def __init__(self, to: TextIO | None = None) -> None:
        self._file = to or os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8", errors="replace")
        self._is_own = to is None
        width = None if self._file.isatty() or "COLUMNS" in os.environ else NARROWEST
        self.console = Console(file=self._file, highlight=False, width=width)
        self._bars = Bars(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("{task.fields[detail]}"),
            TimeElapsedColumn(),
            console=self.console,
            transient=True,
            disable=not self.console.is_terminal,
        )
        self._task: TaskID | None = None
        self._next_line = SECONDS_BETWEEN_LINES

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bars.stop()
        if self._is_own:
            self._file.close()

    def say(self, text: str | Text) -> None:
        """One line."""
        self.console.print(text, soft_wrap=True)

    def say_plainly(self, text: str) -> None:
        """Lines as they are: no markup is looked for in them."""
        self.console.print(Text(text), soft_wrap=True)

    def show(self, table: Table) -> None:
        """One table."""
        self.console.print(table)

    def note(self, zh: str, en: str) -> None:
        """What was found damaged and is made again."""
        self.say(Text(f"! {zh} / {en}"))

    def open(self, name: str, zh: str, en: str) -> Stage:
        """Begin a stage with a bar of its own."""
        self._bars.start()
        self._task = self._bars.add_task(f"{zh} / {en}", total=None, detail="")
        self._next_line = SECONDS_BETWEEN_LINES
        return ConsoleStage(name, zh, en, self)

    def advance(self, done: int, total: int, of: str, detail: str, seconds: float) -> None:
        """Move the bar of the stage under way; where there is no terminal, a line now and then."""
        if self._task is not None:
            self._bars.update(self._task, completed=done, total=total, detail=detail)
        if not self.console.is_terminal and seconds >= self._next_line:
            self._next_line = seconds + SECONDS_BETWEEN_LINES
            self.say(f"  {done:,}/{total:,} {of}, {detail}")

    def close(self, stage: Stage, seconds: float) -> None:
        """Replace the bar by a line that stays."""
        if self._task is not None:
            self._bars.remove_task(self._task)
            self._task = None
        self._bars.stop()
        self.say(f"✓ {stage.zh} / {stage.en}: {seconds:.1f} s" if sys.exc_info()[0] is None else f"✗ {stage.zh}")


def show_published(console: ConsoleReporter, settings: Settings, manifest: dict[str, Any]) -> None:
    """After a refresh: what was published, what the gate warned of, and the plan's table."""
    console.say("")
    if manifest["is_synthetic"]:
        console.say(Text("合成数据,非真实统计 / SYNTHETIC DATA, no real statistics", style="bold yellow"))
    console.say(
        f"已发布 / published {manifest['release_id']}: {settings.current_marts}\n"
        f"截至 / as of {manifest['as_of']};{len(manifest['dumps'])} 个有效文件 / active dumps"
    )
    failed = manifest["expectations_failed"]
    console.say(
        f"质量规则 / quality rules: {manifest['expectations_evaluated']} 项已执行 / evaluated, "
        f"{failed} 项提示 / with warnings" + (" (hrss status)" if failed else "")
    )
    show_progress(console, settings, plan_id="145", region_code="420000")


def show_progress(console: ConsoleReporter, settings: Settings, *, plan_id: str, region_code: str) -> None:
    """One plan's indicators of one region against their targets, at the newest month-end that has a row.

    Raises WrongUsage where the release does not know the plan or the region.
    """
    connection = open_release(settings.current_marts)
    try:
        title = f"{_region(connection, region_code)} · {_plan(connection, plan_id)}"
        rows = connection.execute(
            """
            select
                target.seq,
                indicator.name_zh,
                indicator.name_en,
                indicator.unit,
                target.attribute,
                progress.baseline,
                progress.actual,
                coalesce(progress.target::varchar, target.target_text),
                progress.attainment,
                progress.pace,
                progress.status,
                progress.maturity,
                progress.period_end
            from fct_plan_progress as progress
            inner join dim_plan_indicator as target using (plan_id, indicator_id)
            inner join dim_indicator as indicator
                on indicator.indicator_id = progress.indicator_id and indicator.is_in_force
            where progress.plan_id = $plan and progress.region_code = $region
                and progress.period_end = (
                    select max(period_end) from fct_plan_progress where plan_id = $plan and region_code = $region
                )
            order by try_cast(target.seq as integer) nulls last, target.seq
            """,
            {"plan": plan_id, "region": region_code},
        ).fetchall()
    finally:
        connection.close()
    if not rows:
        console.say(f"{title}: 没有目标 / no targets")
        return
    period_end: date = rows[0][-1]
    table = Table(title=f"{title} · {period_end:%Y-%m-%d}", title_justify="left", box=SIMPLE_HEAD)
    for heading, justify in (
        ("", "right"),
        ("指标\nindicator", "left"),
        ("单位\nunit", "left"),
        ("基期\nbase", "right"),
        ("现值\nactual", "right"),
        ("目标\ntarget", "right"),
        ("完成\ndone", "right"),
        ("进度\npace", "right"),
        ("状态\nstatus", "left"),
    ):
        table.add_column(heading, justify=justify, overflow="fold")  # type: ignore[arg-type]  # one of rich's literals
    for seq, zh, en, unit, attribute, baseline, actual, target, attainment, pace, status, maturity, _ in rows:
        label, colour = "\n".join(STATUS[status]), COLOURS.get(status, "dim")
        table.add_row(
            str(seq),
            Text(zh, style="bold" if attribute == "binding" else "") + Text(f"\n{en or ''}", style="dim"),
            unit,
            _number(baseline),
            _number(actual) + ("*" if maturity == "provisional" else ""),
            _number(target),
            "" if attainment is None else f"{100 * attainment:.1f}%",
            "" if pace is None else f"{pace:.2f}",
            Text(label, style=colour),
        )
    console.show(table)
    console.say("* 暂定值 provisional;粗体为约束性指标 bold: binding")


def _region(connection: duckdb.DuckDBPyConnection, code: str) -> str:
    """A region's name in both languages. Raises WrongUsage."""
    query = "select name_zh || coalesce(' ' || name_en, '') from dim_region where region_code = ?"
    row = connection.execute(query, [code]).fetchone()
    if row is None:
        raise WrongUsage(f"--region {code}: 没有这个行政区划代码 / no such region; select * from dim_region")
    return str(row[0])


def _plan(connection: duckdb.DuckDBPyConnection, plan_id: str) -> str:
    """A plan's name in both languages, as the plans' own list has it. Raises WrongUsage."""
    known = [
        row[0] for row in connection.execute("select distinct plan_id from dim_plan_indicator order by 1").fetchall()
    ]
    if plan_id not in known:
        raise WrongUsage(f"--plan {plan_id}: 没有这个规划 / no such plan; one of {', '.join(known)}")
    return " ".join(plan_names().get(plan_id, (plan_id,)))


def show_status(console: ConsoleReporter, settings: Settings) -> None:
    """The last release, the last run, what is missing or late, what is in quarantine, what the gate said."""
    from raw_landing.intake.inbox import pending

    last = read_json(settings.run_record, RunRecord)
    when = last.get("finished_at") or last.get("started_at") or "–"
    console.say(f"上次运行 / last run: {last.get('outcome', '–')}, {when}")
    waiting = pending(settings.landing, settings.home)
    console.say(f"待入库 / waiting in the inbox: {len(waiting.new)};仍在写入 / still growing: {len(waiting.growing)}")
    _show_left(console, waiting.left)
    gate = read_json(settings.gate_record, GateRecord)
    for stage, record in gate.items():
        failed = [row for row in record["rows"] if not row["success"]]
        console.say(f"质量门 / gate {stage}: {len(record['rows'])} 项 rules, {len(failed)} 项未通过 failed")
        for row in sorted(failed, key=lambda row: str(row["severity"]))[:12]:
            console.say(
                f"  [{row['severity']}] {row['suite']}.{row['expectation']}: "
                f"{row['unexpected_count']} – {row['description_zh']}".replace("[", "\\[", 1)
            )
    if not settings.current_marts.exists():
        console.say("尚无发布版 / nothing is published yet")
        return
    connection = open_release(settings.current_marts)
    try:
        release_id, as_of = connection.execute("select release_id, as_of from release limit 1").fetchone() or ("?", "?")
        console.say(f"当前版 / current release: {release_id},截至 / as of {as_of}")
        if not (settings.current / "manifest.json").is_file():
            console.say("! 当前版缺 manifest.json / manifest.json of the current release is missing")
        _show_receipts(console, connection)
        _show_missing(console, connection)
    finally:
        connection.close()
    _show_history(console, settings)


def _show_left(console: ConsoleReporter, left: Sequence[Skipped]) -> None:
    """What lies in the inbox and is not landed, so that nobody waits for it."""
    from raw_landing.messages.problems import printable

    for one in left[:LEFT_SHOWN]:
        console.say(Text(f"! {printable(one.path)}: {one.why}", style="yellow"))
    if len(left) > LEFT_SHOWN:
        console.say(f"! 另有 {len(left) - LEFT_SHOWN} 个未处理 / and {len(left) - LEFT_SHOWN} more that are left alone")


def _show_history(console: ConsoleReporter, settings: Settings) -> None:
    """The last changes of what readers are sent to; a rollback that is in force stands out."""
    events = history(settings)
    last = standing(events)
    if last and last["event"] == ROLLED_BACK and last["to"] == current_id(settings):
        said = f"! 已从 {last['from']} 回退 / rolled back from it: {last['reason']} ({last['who']}, {last['at']})"
        console.say(Text(said, style="bold yellow"))
    table = Table(title="版次记录 / record of releases", title_justify="left", box=SIMPLE_HEAD)
    for heading in ("时间\nat", "事项\nevent", "自\nfrom", "至\nto", "经办\nwho", "原因\nreason"):
        table.add_column(heading, overflow="fold")
    for event in events[-EVENTS_SHOWN:]:
        who = (event["who"], event["reason"])
        table.add_row(event["at"], EVENTS[event["event"]], event["from"] or "–", event["to"] or "–", *who)
    if events:
        console.show(table)


def _show_receipts(console: ConsoleReporter, connection: duckdb.DuckDBPyConnection) -> None:
    rows = connection.execute(
        """
        select status, count(*), sum(rows_loaded)::bigint, sum(rows_refused)::bigint
        from fct_landing_receipt group by status order by status
        """
    ).fetchall()
    table = Table(title="回执 / receipts", title_justify="left")
    for heading in ("状态\nstatus", "文件 dumps", "入库行 rows loaded", "隔离行 rows in quarantine"):
        table.add_column(heading, justify="right")
    for status, dumps, loaded, refused in rows:
        table.add_row(status, f"{dumps:,}", f"{loaded:,}", f"{refused:,}")
    console.show(table)
    rejected = connection.execute(
        "select path, message_zh, message_en from fct_landing_receipt where status = 'rejected' order by path limit 10"
    ).fetchall()
    for path, zh, en in rejected:
        console.say(Text(f"✗ {path}\n    {zh}\n    {en}"))


def _show_missing(console: ConsoleReporter, connection: duckdb.DuckDBPyConnection) -> None:
    rows = connection.execute(
        """
        select extract, count(*), count(distinct unit_code), min(period_end), max(period_end), max(days_late)
        from fct_reporting_completeness
        where expected and not received and days_late > 0
        group by extract order by count(*) desc, extract
        """
    ).fetchall()
    if not rows:
        console.say("没有逾期未报 / nothing is overdue")
        return
    table = Table(title="逾期未报 / overdue", title_justify="left")
    for heading in ("报送 extract", "缺 missing", "单位 units", "自 from", "至 to", "最迟天数 days late"):
        table.add_column(heading, justify="right")
    for row in rows:
        table.add_row(*(str(value) for value in row))
    console.show(table)


def _number(value: object) -> str:
    if value is None:
        return "–"
    try:
        number = float(str(value))
    except ValueError:
        return str(value)
    return f"{number:,.0f}" if number == int(number) else f"{number:,.2f}"
