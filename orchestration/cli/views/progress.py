"""A plan's indicators against their targets in the terminal, and what a refresh has published."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from rich.text import Text

from orchestration.cli.console import ConsoleReporter
from orchestration.cli.tables import Cell, figure
from orchestration.figure.progress import plan_progress
from orchestration.release.candidates import waiting_since
from orchestration.release.folder import ReleaseFolder
from orchestration.release.log import LATEST
from orchestration.rendering.labels import STATUS
from orchestration.settings import WUHAN, Settings
from orchestration.text import inline, two_lines
from raw_landing.language import in_order

COLOURS = {"met": "green", "on_track": "green", "at_risk": "yellow", "off_track": "red"}


def show_published(console: ConsoleReporter, settings: Settings, manifest: dict[str, Any]) -> None:
    """After a refresh: what was published, what the gate warned of, and the plan's table; or that it waits for
    approval."""
    console.say("")
    if (proposed := waiting_since(settings)) is not None and proposed[0] == manifest["release_id"]:
        since = f"{proposed[1].astimezone(WUHAN):%Y-%m-%d %H:%M}"
        console.say(Text(inline("cli.candidate_waits", release_id=proposed[0], since=since), style="bold yellow"))
        return
    if manifest["is_synthetic"]:
        console.say(Text(inline("release.synthetic_data"), style="bold yellow"))
    current = ReleaseFolder.current(settings)
    console.say(inline("cli.published_release", release_id=manifest["release_id"], marts=current.marts))
    if (index := current.report / "index.html").is_file():
        console.say(inline("cli.published_pages", index=index))
    dumps = inline("cli.active_dumps", dumps=len(manifest["dumps"]))
    console.say(f"{inline('cli.as_of', as_of=manifest['as_of'])};{dumps}")
    failed = manifest["expectations_failed"]
    console.say(
        f"{inline('cli.rules_of_quality')}: {inline('cli.rules_evaluated', count=manifest['expectations_evaluated'])}, "
        f"{inline('cli.rules_with_warnings', count=failed)}{' (hrss status)' if failed else ''}"
    )
    show_progress(console, settings, plan=LATEST, region="420000")


def show_progress(
    console: ConsoleReporter, settings: Settings, *, plan: str, region: str, period: str = LATEST
) -> None:
    """One plan's indicators of one region against their targets. Raises WrongUsage."""
    found = plan_progress(settings, plan, region, period)
    title, rows = found.title, found.rows
    if not rows:
        console.say(inline("cli.plan_without_targets", title=title))
        return
    period_end: date = rows[0][12]
    has_forecast = any(row[14] is not None for row in rows)
    headings = (
        "",
        two_lines("cli.indicator"),
        two_lines("cli.unit"),
        two_lines("cli.base"),
        two_lines("cli.actual"),
        two_lines("cli.target"),
        two_lines("cli.done"),
        two_lines("cli.pace"),
        two_lines("cli.status"),
        *([two_lines("cli.forecast")] if has_forecast else []),
    )
    lines: list[Sequence[Cell]] = []
    for row in rows:
        seq, zh, en, unit, attribute, baseline, actual, target, attainment, pace, status, maturity, _, doubtful = row[
            :14
        ]
        label, colour = "\n".join(in_order(*STATUS[status])), COLOURS.get(status, "dim")
        name = Text(zh, style="bold" if attribute == "binding" else "").append_text(Text(f"\n{en}", style="dim"))
        lines.append(
            (
                str(seq),
                name,
                unit,
                _number(baseline) + ("?" if doubtful == "baseline" else ""),
                _number(actual) + ("*" if maturity == "provisional" else ""),
                _number(target) + ("?" if doubtful == "target" else ""),
                "" if attainment is None else f"{100 * attainment:.1f}%",
                "" if pace is None else f"{pace:.2f}",
                Text(label, style=colour),
                *([_forecast(*row[14:])] if has_forecast else []),
            )
        )
    numbers = (0, 3, 4, 5, 6, 7, *((9,) if has_forecast else ()))
    console.show(headings, lines, title=f"{title} · {period_end:%Y-%m-%d}", numbers=numbers)
    console.say(inline("cli.progress_legend"))
    if has_forecast:
        console.say(inline("cli.forecast_legend"))


def _forecast(forecast: float | None, probability: float | None) -> str:
    """What is forecast for the plan's end and, below, how likely the target is reached."""
    if forecast is None:
        return ""
    return figure(forecast) + ("" if probability is None else f"\n{probability:.0%}")


def _number(value: object) -> str:
    if value is None:
        return "–"
    try:
        number = float(str(value))
    except ValueError:
        return str(value)
    return figure(number)
