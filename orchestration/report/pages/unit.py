"""A unit or a city group: unit/<code>.html."""

from __future__ import annotations

from typing import Any

from orchestration.report.pages.findings import bare
from orchestration.report.pages.page import (
    Frame,
    against_target,
    briefing_link,
    data_table,
    doubts_of,
    figure,
    only_query,
    page,
    status_word,
    t,
)
from orchestration.report.view.source import Indicator
from orchestration.report.view.standing import Standing, furthest, state_of
from orchestration.report.view.unit import UnitView
from orchestration.report.words import (
    Figure,
    extract_name,
    indicator_name,
    label,
    month,
    number,
    plain,
    sentence,
    target_text,
)
from orchestration.text import Pair

MULTIPLES = 9
"""Small charts on a page, at most."""


def unit_page(view: UnitView, frame: Frame) -> str:
    """The page as HTML."""
    code, over = view.region.region_code, view.is_over
    title = _headline(view)
    late = list(view.overdue)
    return page(
        "unit",
        frame,
        "units",
        sentence("page_title", what=title, plan=view.region.name),
        root="../",
        headline=title,
        group=view.group,
        group_link=(f"{view.group.region_code}.html", view.group.name) if view.group else None,
        lead=_lead(view),
        sub=sentence("scorecard_sub", month=month(view.period_end)),
        is_group=view.is_group,
        briefing=None if view.is_group else briefing_link(view.region.region_code, "../"),
        rows=[_row(view, one, all_of) for one, all_of in zip(view.standings, view.province, strict=True)],
        evidence_scorecard=only_query(f"{code}.scorecard", view.progress),
        multiples=_multiples(view),
        multiples_title=sentence("multiples_over" if over else "multiples"),
        members=[
            {
                "href": f"{one.region_code}.html",
                "name": one.name,
                "missed": Figure(str(missed), missed, f"missed/{one.region_code}/{view.period_end}"),
                "judged": judged,
            }
            for one, missed, judged in view.members
        ],
        late_title=sentence("late_title", count=len(late)) if late else sentence("late_none"),
        late=[
            {
                "extract": extract_name(row.extract),
                "period": (row.period_zh, row.period_en),
                "due": str(row.due_on),
                "days": row.days_late,
            }
            for row in late
        ],
        evidence_courses=data_table(f"{code}.courses", view.courses, sentence("courses")) if view.courses else None,
        evidence_late=only_query(f"{code}.late", view.overdue),
        **_counties(view),
        doubts=doubts_of(view.doubts),
        evidence_doubts=only_query(f"{code}.doubts", view.doubts),
    )


def _headline(view: UnitView) -> Pair:
    judged = [one for one in view.standings if one.state == "shown"]
    met = sum(one.status == "met" for one in judged)
    missed = [one for one in judged if one.is_missed]
    if not judged:
        return sentence("unit_headline_none", name=view.region.name)
    figures = {
        "name": view.region.name,
        "judged": Figure(str(len(judged)), len(judged), f"judged/{view.region.region_code}/{view.period_end}"),
        "met": Figure(str(met), met, f"met/{view.region.region_code}/{view.period_end}"),
    }
    if not missed:
        return sentence("unit_headline_all", **figures)
    worst = next(iter(furthest(missed)), missed[0]).indicator
    return sentence("unit_headline", worst=bare(indicator_name(worst.indicator_id, worst.name)), **figures)


def _lead(view: UnitView) -> Pair | None:
    unsure = sum(one.state == "too_uncertain" for one in view.standings)
    alone = sum(one.state == "province_only" for one in view.standings)
    withheld = sum(one.state in ("withheld", "not_delivered") for one in view.standings)
    if not unsure and not withheld:
        return sentence("unit_lead", alone=alone) if alone else None
    return sentence("unit_lead_uncertain", unsure=unsure + withheld, alone=alone)


def _row(view: UnitView, one: Standing, of_all: Standing) -> dict[str, Any]:
    indicator = one.indicator
    shown = one.state == "shown"
    rank = view.ranks.get(indicator.indicator_id)
    actual: Any = t(label("state", one.state))
    if shown and one.actual is not None:
        key = (indicator.indicator_id, one.region_code, one.period_end)
        actual = figure("actual", one.actual, indicator.unit, *key)
    return {
        "id": indicator.indicator_id,
        "name": indicator_name(indicator.indicator_id, indicator.name),
        "binding": indicator.is_binding,
        "target": target_text(one.target, indicator.target_kind, indicator.direction, indicator.is_floor),
        "unit": label("unit", indicator.unit),
        "actual": actual,
        "is_shown": shown,
        "provisional": one.is_provisional and shown,
        "status": one.status if shown else "",
        "word": status_word(one.status, view.is_over) if shown else label("state", one.state),
        "of_province": _of_province(of_all),
        "province_status": of_all.status if of_all.state == "shown" else "",
        "province_word": status_word(of_all.status, view.is_over),
        "rank": f"{rank[0]} / {rank[1]}" if rank else "–",
        **against_target(one),
    }


def _of_province(one: Standing) -> str:
    return number(one.actual, one.indicator.unit) if one.actual is not None else "–"


def _multiples(view: UnitView) -> list[dict[str, Any]]:
    from orchestration.report.charts import Chart, Level, Mark
    from orchestration.report.pages.drawing import picture

    found, courses = [], list(view.courses or ())
    for one in [one for one in furthest(view.standings) if one.is_missed][:MULTIPLES]:
        course = [(row.year, row.actual) for row in courses if row.indicator_id == one.indicator.indicator_id]
        if not course or one.target is None:
            continue
        unit, name = one.indicator.unit, indicator_name(one.indicator.indicator_id, one.indicator.name)
        marks = tuple(
            Mark(
                float(year),
                value,
                plain(sentence("mark", when=sentence("year", year=year), value=number(value, unit))),
                number(value, unit) if year == course[-1][0] else "",
            )
            for year, value in course
        )
        first, last = course[0][0], course[-1][0]
        chart = Chart(
            ticks=tuple((float(year), (str(year), str(year))) for year in sorted({first, last})),
            actual=marks,
            target=(Level(first - 0.4, last + 0.4, one.target),),
        )
        says = sentence("multiple_says", name=name, status=status_word(one.status, view.is_over))
        found.append(
            {
                "name": name,
                "id": one.indicator.indicator_id,
                "status": one.status,
                "word": status_word(one.status, view.is_over),
                "picture": picture(chart, says, small=True),
            }
        )
    return found


def _counties(view: UnitView) -> dict[str, Any]:
    rows = list(view.counties)
    codes = sorted({row.region_code for row in rows})
    found = {(row.indicator_id, row.region_code): row for row in rows}
    table = []
    for indicator in view.indicators:
        cells = [found.get((indicator.indicator_id, code)) for code in codes]
        if any(cell is not None and state_of(cell) != "not_delivered" for cell in cells):
            name = indicator_name(indicator.indicator_id, indicator.name)
            table.append(
                {
                    "name": name,
                    "unit": label("unit", indicator.unit),
                    "cells": [_county_cell(cell, indicator) for cell in cells],
                }
            )
    return {
        "counties": [view.regions[code].name for code in codes],
        "county_rows": table,
        "evidence_counties": only_query(f"{view.region.region_code}.counties", view.counties),
        "counties_sub": sentence("unit_counties_sub"),
    }


def _county_cell(row: Any, indicator: Indicator) -> dict[str, Any]:
    state = "not_delivered" if row is None else state_of(row)
    if state != "shown":
        return {"state": state, "value": t(label("state", state))}
    key = (indicator.indicator_id, row.region_code, row.period_end)
    return {"state": "shown", "value": figure("county", row.value, indicator.unit, *key)}
