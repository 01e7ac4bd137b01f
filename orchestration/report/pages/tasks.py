"""Commitments and disputes: tasks.html."""

from __future__ import annotations

from typing import Any

from orchestration.report.pages.page import Frame, data_table, only_query, page
from orchestration.report.view.source import PROVINCE, Rows
from orchestration.report.view.tasks import STAGES, TasksView
from orchestration.report.words import Figure, label, plain, region_name, sentence, share, short

GOOD = ("met", "on_track", "met_late")
"""Statuses of a commitment that is kept, or on its way."""

ICONS = {
    "met": "met",
    "met_late": "met",
    "on_track": "on_track",
    "at_risk": "at_risk",
    "short": "at_risk",
} | dict.fromkeys(("off_track", "missed"), "off_track")
"""The sign of a status among commitments."""


def tasks_page(view: TasksView, frame: Frame) -> str:
    """The page as HTML."""
    tasks = list(view.tasks or ())
    kept = sum(row.status in GOOD for row in tasks)
    title = (
        sentence(
            "tasks_title",
            total=Figure(str(len(tasks)), len(tasks), "tasks/all"),
            kept=Figure(str(kept), kept, "tasks/kept"),
        )
        if tasks
        else sentence("menu_tasks")
    )
    return page(
        "tasks",
        frame,
        "tasks",
        sentence("page_title", what=title, plan=sentence("menu_tasks")),
        headline=title,
        tasks=_tasks(view, tasks),
        evidence_tasks=only_query("tasks", view.tasks) if view.tasks is not None else None,
        evidence_years=only_query("task_years", view.years) if view.years is not None else None,
        stages=[_stage(stage, view.courses[stage]) for stage in STAGES if view.courses.get(stage)],
        **_by_unit(view),
    )


def _tasks(view: TasksView, tasks: list[Any]) -> list[dict[str, Any]]:
    years: dict[str, list[dict[str, Any]]] = {}
    for row in view.years or ():
        years.setdefault(row.task_id, []).append(
            {"window": row.window, "icon": ICONS.get(row.status, ""), "word": label("task_status", row.status)}
        )
    return [
        {
            "id": row.task_id,
            "quote": row.quote,
            "target": _goal(row),
            "done": _done(row),
            "ratio": share(row.ratio) if row.ratio is not None else "–",
            "icon": ICONS.get(row.status, ""),
            "status": label("task_status", row.status),
            "unconfirmed": not row.is_confirmed,
            "years": years.get(row.task_id, []),
        }
        for row in tasks
    ]


def _goal(row: Any) -> str:
    return "–" if row.target is None else f"{short(row.target)} {row.unit or ''}"


def _done(row: Any) -> Any:
    if row.years_due:
        return sentence("years_met", met=row.years_met, due=row.years_due)
    return ("–", "–") if row.done is None else (short(row.done), short(row.done))


def _stage(stage: str, rows: Rows) -> dict[str, Any]:
    from orchestration.report.charts import Chart, Mark
    from orchestration.report.pages.drawing import picture

    found = list(rows)
    start = found[0].period_end.year * 12 + found[0].period_end.month - 1

    def mark(row: Any, value: float | None, name: str) -> Mark:
        x = float(row.period_end.year * 12 + row.period_end.month - 1 - start)
        when = sentence("month_of", year=row.period_end.year, month=row.period_end.month)
        says = sentence(name, when=when, value=f"{value or 0:,.0f}")
        return Mark(x, value, plain(says), "", row.maturity == "provisional")

    ticks = tuple(
        (float(at), (f"{row.period_end:%Y-%m}",) * 2)
        for at, row in enumerate(found)
        if row.period_end.month in (1, 7) or at == len(found) - 1
    )
    chart = Chart(
        ticks=ticks,
        actual=tuple(mark(row, row.closed, "mark_closed") for row in found),
        prior=tuple(mark(row, row.accepted, "mark_accepted") for row in found),
        path=tuple(mark(row, row.pending_end, "mark_pending") for row in found),
        names={
            "actual": plain(sentence("line_closed")),
            "prior": plain(sentence("line_accepted")),
            "path": plain(sentence("line_pending")),
        },
        from_zero=True,
    )
    last = found[-1]
    gap = (last.closed or 0) - (last.accepted or 0)
    title = sentence(
        "stage_title_up" if gap >= 0 else "stage_title_down",
        stage=label("stage", stage),
        accepted=f"{last.accepted or 0:,.0f}",
        closed=f"{last.closed or 0:,.0f}",
        month=f"{last.period_end:%Y-%m}",
    )
    return {"title": title, "picture": picture(chart, title), "evidence": data_table(f"disputes.{stage}", rows, title)}


def _by_unit(view: TasksView) -> dict[str, Any]:
    if view.by_unit is None:
        return {"units": [], "evidence_units": None, "until": ""}
    found: dict[str, dict[str, Any]] = {}
    until = ""
    for row in view.by_unit:
        until = f"{row.until:%Y-%m}"
        found.setdefault(row.region_code, {})[row.stage] = {
            "accepted": _count(row.accepted),
            "closed": _count(row.closed),
            "pending": _count(row.pending),
        }
    none = {"accepted": "–", "closed": "–", "pending": "–"}
    return {
        "units": [
            {
                "name": region_name(code, view.regions[code].name),
                "href": f"unit/{code}.html" if code != PROVINCE else "index.html",
                "stages": [of.get(stage, none) for stage in STAGES],
            }
            for code, of in found.items()
        ],
        "stage_names": [label("stage", stage) for stage in STAGES],
        "until": until,
        "evidence_units": only_query("disputes_by_unit", view.by_unit),
    }


def _count(value: float | None) -> str:
    return "–" if value is None else f"{value:,.0f}"
