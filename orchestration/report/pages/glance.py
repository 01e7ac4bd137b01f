"""The plan at a glance: index.html."""

from __future__ import annotations

from datetime import date
from itertools import groupby
from typing import Any

from markupsafe import Markup

from orchestration.report.pages.findings import (
    STATUSES,
    bare,
    count_of,
    headline,
    lead,
    map_title,
    notices,
    now,
    shades,
)
from orchestration.report.pages.page import (
    Frame,
    against_target,
    briefing_link,
    cell,
    data_table,
    figure,
    only_query,
    page,
    say_both,
    status_word,
    t,
)
from orchestration.report.pages.tiles import placed
from orchestration.report.view.glance import Glance
from orchestration.report.view.source import PROVINCE, Region
from orchestration.report.view.standing import Standing
from orchestration.report.words import (
    Figure,
    extract_name,
    indicator_name,
    joined,
    label,
    listed,
    month,
    number,
    region_name,
    sentence,
    share,
    target_text,
)
from orchestration.text import Pair


def glance_page(view: Glance, frame: Frame) -> str:
    """The page as HTML."""
    over = view.standings.is_over
    finding = headline(view)
    with_path = not over and any(one.status_by_path for one in view.province)
    with_forecast = view.has_forecast and not over
    return page(
        "glance",
        frame,
        "glance",
        sentence("page_title", what=finding, plan=view.plan.name),
        subject=sentence("subject", plan=view.plan.name, first=view.plan.starts_on.year, last=view.plan.ends_on.year),
        briefing=briefing_link(PROVINCE),
        headline=finding,
        lead=lead(view),
        segments=_segments(view),
        first_year=view.plan.starts_on.year,
        last_year=view.plan.ends_on.year,
        elapsed=round(view.elapsed_share, 4),
        time_words=sentence("time_over") if over else sentence("time_elapsed", share=share(view.elapsed_share)),
        notices=notices(view),
        all_sub=sentence("all_sub", month=month(view.standings.period_end)),
        with_path=with_path,
        with_forecast=with_forecast,
        topics=[
            {"word": label("topic", topic), "rows": [_row(view, one) for one in those]} for topic, those in view.topics
        ],
        under_table=_under_table(view, with_path),
        evidence_courses=data_table("courses", view.courses, sentence("courses")),
        heat_title=_heat_title(view),
        heat_keys=_heat_keys(over),
        regions=[
            {"code": PROVINCE, "name": region_name(PROVINCE, ("", "")), "href": "#all"},
            *(_column(one) for one in view.units),
        ],
        heat=[_heat_row(view, one) for _, those in view.topics for one in those],
        evidence_standing=only_query("standing", view.standings.rows),
        map_title=map_title(view),
        map_keys=_map_keys(view),
        map_tiles=[_tile(view, one) for one in sorted(view.units, key=lambda one: _reading_order(one))],
        map_label=say_both("map_label"),
        groups=[
            {"href": f"unit/{code}.html", "name": label("region_short", code)}
            for code in sorted({one.group_code for one in view.units if one.group_code})
        ],
        availability_title=sentence("availability_late", count=view.late.deliveries, units=view.late.units)
        if view.late.deliveries
        else sentence("availability_complete"),
        **_availability(view),
        gate_line=_gate_line(view),
        change_line=sentence("first_release")
        if view.changes.is_first
        else sentence("changed", figures=view.changes.figures, statuses=view.changes.statuses),
    )


def _figure(one: Standing, measure: str, value: float) -> Figure:
    unit = one.indicator.unit
    return figure(measure, value, unit, one.indicator.indicator_id, one.region_code, one.period_end)


def _segments(view: Glance) -> list[dict[str, Any]]:
    return [
        {
            "status": status,
            "count": view.counts[status],
            "figure": count_of(view, status),
            "word": status_word(status, view.standings.is_over),
        }
        for status in STATUSES
        if view.counts.get(status)
    ]


def _row(view: Glance, one: Standing) -> dict[str, Any]:
    indicator, over = one.indicator, view.standings.is_over
    judged = view.met_units[indicator.indicator_id]
    actual: Any = _figure(one, "actual", one.actual) if one.actual is not None else "–"
    if one.state not in ("shown", "not_delivered"):
        actual = t(label("state", one.state))
    return {
        "id": indicator.indicator_id,
        "name": indicator_name(indicator.indicator_id, indicator.name),
        "binding": indicator.is_binding,
        "doubt": indicator.doubt is not None,
        "doubt_title": " / ".join(indicator.doubt or ()),
        "target": _target(one),
        "unit": label("unit", indicator.unit),
        "actual": actual,
        "provisional": one.is_provisional,
        "status": one.status if one.state in ("shown", "not_delivered") else "no_data",
        "word": status_word(one.status, over) if one.state in ("shown", "not_delivered") else label("state", one.state),
        "path_status": one.status_by_path,
        "path_word": status_word(one.status_by_path or "no_data", over),
        "forecast": _forecast(view, one),
        "units": sentence(now("units_met", over), met=judged[0], units=judged[1])
        if judged[1]
        else label("state", "province_only"),
        "course": _course(view, one),
        **against_target(one),
    }


def _target(one: Standing) -> Markup | str:
    indicator = one.indicator
    if one.target is None:
        return indicator.target_text or "–"
    text = target_text(one.target, indicator.target_kind, indicator.direction, indicator.is_floor)
    key = "/".join(("target", indicator.indicator_id, one.region_code, str(one.period_end)))
    return Markup('<data value="{!r}" data-series="{}">{}</data>').format(one.target, key, text)


def _forecast(view: Glance, one: Standing) -> Pair:
    found = view.forecasts.get(one.indicator.indicator_id)
    if found is None or found.forecast is None:
        return "–", "–"
    unit = one.indicator.unit
    middle = number(found.forecast, unit)
    if found.low80 is None:
        return middle, middle
    return sentence("forecast_interval", middle=middle, low=number(found.low80, unit), high=number(found.high80, unit))


def _course(view: Glance, one: Standing) -> dict[str, str]:
    """The line of what was reached by each month, with gaps, and that of the target, in a box of 120 by 24."""
    points: list[tuple[int, float | None]] = [
        (row.month, row.actual) for row in view.courses if row.indicator_id == one.indicator.indicator_id
    ]
    values = [value for _, value in points if value is not None]
    months = (view.plan.ends_on.year - view.plan.starts_on.year + 1) * 12 - 1
    target = one.target if one.target is not None else None
    span = [*values, *([target] if target is not None else [])]
    if not values:
        return {"line": "", "goal": ""}
    low, high = min(span), max(span)
    scale = 20 / (high - low) if high > low else 0.0

    def down(value: float) -> float:
        return round(22 - (value - low) * scale, 1)

    line = ""
    for missing, those in groupby(points, key=lambda point: point[1] is None):
        if not missing:
            run = [f"{round(120 * at / months, 1):g} {down(value):g}" for at, value in those if value is not None]
            line += f"M{run[0]}L{' '.join(run)}"  # of one point a dot: its ends are round
    return {"line": line, "goal": f"M0 {down(target):g}H120" if target is not None else ""}


def _under_table(view: Glance, with_path: bool) -> list[Pair]:
    lines = [
        sentence(
            "doubt_line",
            name=indicator_name(one.indicator.indicator_id, one.indicator.name),
            doubt=one.indicator.doubt,
        )
        for one in view.province
        if one.indicator.doubt
    ]
    if with_path and not view.is_path_confirmed:
        lines.append(sentence("path_unconfirmed"))
    if not view.standings.is_over and not view.has_forecast:
        lines.append(sentence("forecast_not_connected"))
    return lines


def _heat_title(view: Glance) -> Pair:
    named = {one.indicator.indicator_id: one.indicator for one in view.province}
    none = [named[ident] for ident, (met, judged) in view.met_units.items() if judged and not met]
    if not any(judged for _, judged in view.met_units.values()):
        return sentence("units_not_judged")
    if not none:
        return sentence(now("heat_some", view.standings.is_over))
    if len(none) > 2:
        return sentence(now("heat_none_many", view.standings.is_over), count=len(none))
    return sentence(
        now("heat_none", view.standings.is_over),
        names=listed([bare(indicator_name(one.indicator_id, one.name)) for one in none]),
    )


def _heat_keys(over: bool) -> list[dict[str, Any]]:
    statuses = ("met", "at_risk", "off_track") if over else ("met", "on_track", "at_risk", "off_track")
    return [
        *({"kind": one, "status": one, "word": status_word(one, over)} for one in statuses),
        {"kind": "hatch", "status": "", "word": sentence("key_no_target")},
        {"kind": "hatch bordered", "status": "", "word": sentence("key_withheld")},
        {"kind": "met provisional", "status": "", "word": sentence("key_provisional")},
    ]


def _column(region: Region) -> dict[str, Any]:
    code = region.region_code
    return {"code": code, "name": region_name(code, region.name), "href": f"unit/{code}.html"}


def _heat_row(view: Glance, one: Standing) -> dict[str, Any]:
    over, indicator = view.standings.is_over, one.indicator
    cells = [cell(view.standings.of[indicator.indicator_id, region.region_code], over) for region in view.units]
    if all(view.standings.of[indicator.indicator_id, unit.region_code].state == "province_only" for unit in view.units):
        cells = [cells[0] | {"span": len(cells), "region": ""}]
    name = indicator_name(indicator.indicator_id, indicator.name)
    return {"id": indicator.indicator_id, "name": name, "cells": [cell(one, over), *cells]}


def _map_keys(view: Glance) -> list[dict[str, Any]]:
    return [{"kind": f"q{shade}", "word": sentence("map_key", count=count)} for count, shade in shades(view).items()]


def _reading_order(region: Region) -> tuple[int, int]:
    place = placed(region.region_code)
    return place["row"], place["column"]


def _tile(view: Glance, region: Region) -> dict[str, Any]:
    code = region.region_code
    missed, judged = view.missed[code]
    return placed(
        code,
        kind=f"q{shades(view)[missed]}",
        href=f"unit/{code}.html",
        name=t(region_name(code, region.name)),
        figure=Markup("{}<small>/{}</small>").format(
            Figure(str(missed), missed, f"missed/{code}/{view.standings.period_end}"), judged
        ),
    )


def _availability(view: Glance) -> dict[str, Any]:
    rows = list(view.availability)
    months = sorted({row.month for row in rows})
    by_extract: dict[str, dict[date, Any]] = {}
    for row in rows:
        by_extract.setdefault(row.extract, {})[row.month] = row
    return {
        "availability_months": [
            {"text": f"{one.year}-{one.month:02d}", "mark": one.month == 1 or at == 0} for at, one in enumerate(months)
        ],
        "availability_rows": [
            {
                "name": extract_name(extract),
                "cells": [delivery_cell(found.get(one)) for one in months],
            }
            for extract, found in by_extract.items()
        ],
    }


def delivery_cell(row: Any) -> dict[str, Any]:
    """A cell of the availability: how much of what is due has come."""
    if row is None:
        return {"kind": "", "word": sentence("nothing_expected")}
    kind = "full" if row.received >= row.expected else "most" if row.received >= row.expected / 2 else "some"
    if not row.received:
        kind = "hatch" if row.due else ""
    return {"kind": kind, "word": sentence("received_of", received=row.received, expected=row.expected)}


def _gate_line(view: Glance) -> Pair:
    parts = [
        sentence("gate_line", evaluated=view.gate.evaluated, critical=view.gate.critical, warnings=view.gate.warnings)
    ]
    compared = sum(view.reconciliation.values())
    if compared:
        agrees = view.reconciliation.get("agrees", 0)
        beyond = view.reconciliation.get("beyond_tolerance", 0)
        parts.append(sentence("reconciled", compared=f"{compared:,}", agrees=f"{agrees:,}", beyond=beyond))
    return joined(parts)
