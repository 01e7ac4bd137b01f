"""The block on early warning of unemployment."""

from __future__ import annotations

from datetime import date
from itertools import groupby
from operator import attrgetter
from typing import Any

from orchestration.report.pages.page import data_table, only_query, t
from orchestration.report.pages.tiles import PLACES, placed
from orchestration.report.view.source import PROVINCE
from orchestration.report.view.warning import WarningView
from orchestration.report.words import Figure, label, month, number, plain, region_name, sentence, unless
from orchestration.text import Pair

LEVELS = ("red", "orange", "yellow", "blue", "no_data")

SHORTEST_TREND = 36
"""Months: three of each, as the design of early warning asks."""


def warning_block(view: WarningView) -> dict[str, Any]:
    """What the template shows: the notice of the month, the map, the months of each unit, the regions that are red or
    orange with the reasons, the signals, their back-test, what was done."""
    newest = list(view.newest)
    day = newest[0].period_end
    units = {row.region_code: row for row in newest if row.region_code in PLACES}
    counts = {level: sum(row.level == level for row in units.values()) for level in LEVELS}
    province = next((row for row in newest if row.region_code == PROVINCE), None)
    trends = _trends(view)
    figures = {level: Figure(str(count), count, f"warning_units/{level}/{day}") for level, count in counts.items()}
    return {
        "title": sentence(
            "warning_title",
            month=month(day),
            level=_word(province.level if province else None),
            red=figures["red"],
            orange=figures["orange"],
            unconfirmed=unless(view.is_confirmed),
        ),
        "notice": sentence("warning_notice", month=month(day), **figures),
        "tiles": [_tile(view, row) for row in units.values()],
        "month": month(day),
        "evidence_newest": only_query("warning.newest", view.newest),
        "keys": [{"kind": _kind(level), "word": label("warning_level", level)} for level in LEVELS],
        **_course(view),
        "warned": [
            {
                "name": _name(view, row.region_code),
                "level": _word(row.level),
                "since": month(row.since),
                "reason": (row.reason_zh, row.reason_en),
                "answered": label("warning_answered", "unknown" if row.responses is None else str(row.responses > 0)),
            }
            for row in view.warned
        ],
        "evidence_warned": only_query("warning.warned", view.warned),
        "signals": [
            {
                "name": (row.name_zh, row.name_en),
                "month": f"{row.period_end:%Y-%m}" if row.period_end else None,
                "x": _figure("x", row.x, row),
                "b": _figure("b", row.b, row),
                "z": _figure("z", row.z, row),
                "level": _word(row.level),
            }
            for row in view.signals
        ],
        "evidence_signals": only_query("warning.signals", view.signals),
        "trends": trends,
        "evidence_trends": data_table("warning.history", view.history, sentence("warning_trends")) if trends else None,
        "backtest": [
            {
                "name": (row.name_zh, row.name_en),
                **{
                    name: Figure(f"{getattr(row, name):,}", getattr(row, name), f"warning_{name}/{row.signal_id}")
                    for name in ("hits", "misses", "false_alarms", "months_judged")
                },
                "lead": Figure(f"{row.lead_months_median:.1f}", row.lead_months_median, f"warning_lead/{row.signal_id}")
                if row.lead_months_median is not None
                else "–",
            }
            for row in view.backtest or ()
        ],
        "evidence_backtest": only_query("warning.backtest", view.backtest) if view.backtest else None,
        "responses": [
            {
                "name": _name(view, row.region_code),
                "month": f"{row.period_end:%Y-%m}",
                "level": _word(row.level),
                "opened_on": row.opened_on,
                "owner_unit": row.owner_unit,
                "action": row.action,
                "closed_on": row.closed_on or "–",
            }
            for row in view.responses or ()
        ],
        "evidence_responses": only_query("warning.responses", view.responses) if view.responses else None,
    }


def _kind(level: str | None) -> str:
    return level if level in ("red", "orange", "yellow", "blue") else "hatch"


def _word(level: str | None) -> Pair:
    return label("warning_level", level) if level else label("warning_level", "none")


def _tile(view: WarningView, row: Any) -> dict[str, Any]:
    return placed(
        row.region_code,
        kind=_kind(row.level),
        href=f"unit/{row.region_code}.html",
        name=t(_name(view, row.region_code)),
        figure=t(_word(row.level)),
    )


def _course(view: WarningView) -> dict[str, Any]:
    """A row of months for each region."""
    rows = list(view.course)
    months = sorted({row.period_end for row in rows})
    by_region: dict[str, dict[Any, str | None]] = {}
    for row in rows:
        by_region.setdefault(row.region_code, {})[row.period_end] = row.level
    return {
        "months": [{"text": f"{one:%Y-%m}", "mark": one.month == 1 or at == 0} for at, one in enumerate(months)],
        "course": [
            {
                "name": _name(view, code),
                "cells": [{"kind": _kind(levels.get(one)), "word": _word(levels.get(one))} for one in months],
            }
            for code, levels in by_region.items()
        ],
        "evidence_course": data_table("warning.course", view.course, sentence("warning_course")),
    }


def _trends(view: WarningView) -> list[dict[str, Any]]:
    """Of each signal the newest months without a gap, at least SHORTEST_TREND, with their trend: robust seasonal-trend
    decomposition by loess (Cleveland et al. 1990). Drawn beside the series; no formula reads it."""
    from orchestration.report.charts import Chart, Mark
    from orchestration.report.pages.drawing import picture

    drawn = []
    for _, of_signal in groupby(view.history, key=attrgetter("signal_id")):
        rows = _without_gap(list(of_signal))
        if len(rows) < SHORTEST_TREND:
            continue
        from statsmodels.tsa.seasonal import STL  # takes a second to import

        trend = STL([row.x for row in rows], period=12, robust=True).fit().trend
        first, last = _month_number(rows[0].period_end), len(rows) - 1
        name = (rows[0].name_zh, rows[0].name_en)
        chart = Chart(
            ticks=tuple(
                (float(at), (f"{row.period_end:%Y-%m}",) * 2)
                for at, row in enumerate(rows)
                if (first + at) % 12 == 0 or at in (0, last)
            ),
            actual=tuple(
                Mark(float(at), row.x, plain(sentence("warning_mark", month=month(row.period_end), x=number(row.x))))
                for at, row in enumerate(rows)
            ),
            path=tuple(Mark(float(at), float(level)) for at, level in enumerate(trend)),
        )
        drawn.append({"name": name, "picture": picture(chart, sentence("warning_trend_of", signal=name), small=True)})
    return drawn


def _without_gap(rows: list[Any]) -> list[Any]:
    """The newest of them, back to the first month before which one is missing."""
    numbers = [_month_number(row.period_end) for row in rows]
    begin = max((at for at in range(1, len(rows)) if numbers[at] - numbers[at - 1] > 1), default=0)
    return rows[begin:]


def _month_number(day: date) -> int:
    return day.year * 12 + day.month - 1


def _figure(measure: str, value: float | None, row: Any) -> Any:
    if value is None:
        return "–"
    return Figure(number(value), value, f"warning_{measure}/{row.signal_id}/{PROVINCE}/{row.period_end}")


def _name(view: WarningView, code: str) -> Pair:
    return region_name(code, view.regions[code].name)
