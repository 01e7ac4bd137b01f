"""One indicator: indicator/<id>.html."""

from __future__ import annotations

from typing import Any

from markupsafe import Markup

from orchestration.report.pages import drawing
from orchestration.report.pages.comparison import counties, ranking
from orchestration.report.pages.definition import tables
from orchestration.report.pages.page import Frame, data_table, page, status_word, t
from orchestration.report.points import headline, points, target_figure
from orchestration.report.view.indicator import IndicatorView
from orchestration.report.words import (
    Figure,
    counted_in,
    indicator_name,
    label,
    number,
    sentence,
    share,
    short,
    target_text,
)
from orchestration.text import Pair, words


def indicator_page(view: IndicatorView, frame: Frame) -> str:
    """The page as HTML."""
    indicator = view.indicator
    title = headline(view)
    before, after = view.neighbours
    return page(
        "indicator",
        frame,
        "indicators",
        sentence("page_title", what=title, plan=indicator_name(indicator.indicator_id, indicator.name)),
        root="../",
        headline=title,
        place=sentence(
            "place_numbered",
            seq=indicator.seq,
            kind=words("labels.attribute")["binding" if indicator.is_binding else "expected"],
        )
        if indicator.is_numbered
        else sentence("place_text"),
        points=points(view),
        facts=_facts(view),
        charts=_charts(view),
        forecast=_forecast(view),
        **ranking(view),
        **counties(view),
        **tables(view),
        before=(before.indicator_id, indicator_name(before.indicator_id, before.name)) if before else None,
        after=(after.indicator_id, indicator_name(after.indicator_id, after.name)) if after else None,
    )


def _facts(view: IndicatorView) -> list[dict[str, Any]]:
    one, indicator = view.standing, view.indicator
    row = next((row for row in view.years if row.value is not None), None)
    facts: list[dict[str, Any]] = []
    if row is not None:
        unit = indicator.unit
        value = Figure(number(row.value, unit), row.value, f"value/{row.series_id}/{row.period_end}")
        facts.append(
            {"term": sentence("year", year=row.period_end.year), "value": t(counted_in(value, unit)), "note": None}
        )
    if one.target is not None:
        sign = target_text(one.target, indicator.target_kind, indicator.direction, indicator.is_floor).removesuffix(
            short(one.target)
        )
        base = (
            sentence("baseline", value=counted_in(short(indicator.baseline), indicator.unit))
            if indicator.baseline
            else None
        )
        facts.append(
            {
                "term": sentence("target"),
                "value": Markup("{}{}").format(sign, t(counted_in(target_figure(view), indicator.unit))),
                "note": sentence("baseline_floor", base=base) if base and indicator.is_floor else base,
            }
        )
    facts.append(
        {
            "term": sentence("status"),
            "value": t(status_word(one.status, view.is_over)),
            "icon": one.status,
            "note": sentence("time_over")
            if view.is_over
            else sentence("time_elapsed", share=share(view.elapsed_share)),
        }
    )
    if one.status_by_path and not view.is_over:
        facts.append(
            {
                "term": sentence("by_path"),
                "value": t(status_word(one.status_by_path, False)),
                "icon": one.status_by_path,
                "note": None,
            }
        )
    if row is not None and row.denominator:
        facts.append(
            {
                "term": sentence("numerator_denominator"),
                "value": f"{row.numerator:,.0f} / {row.denominator:,.0f}",
                "note": sentence("estimate") if row.is_estimate else None,
            }
        )
    if row is not None and row.reporting_units_expected:
        facts.append(
            {
                "term": sentence("units_in"),
                "value": f"{row.reporting_units_received} / {row.reporting_units_expected}",
                "note": words("labels.maturity")[row.maturity],
            }
        )
    return facts


def _charts(view: IndicatorView) -> list[dict[str, Any]]:
    ident = view.indicator.indicator_id
    found = []
    for name, chart, title, sub, rows in (
        (
            "trend",
            drawing.trend(view),
            _trend_title(view),
            sentence("trend_sub", unit=label("unit", view.indicator.unit)),
            view.years,
        ),
        (
            "within",
            drawing.within(view),
            _within_title(view),
            sentence(f"within_sub_{view.basis}", unit=label("unit", view.indicator.unit))
            if view.basis != "year"
            else None,
            view.within,
        ),
        ("parts", drawing.parts(view), _parts_title(view), _parts_sub(view), view.parts),
    ):
        if chart is not None and rows is not None and title is not None:
            drawn = drawing.picture(chart, title)
            found.append(
                {"title": title, "sub": sub, "picture": drawn, "evidence": data_table(f"{ident}.{name}", rows, title)}
            )
    return found


def _trend_title(view: IndicatorView) -> Pair:
    targets = {row.target_year: row.target for row in view.targets if row.target is not None}
    judged = [
        (row.value <= goal if view.indicator.direction == "lower" else row.value >= goal)
        for row in view.finished_years
        if (goal := targets.get(row.period_end.year)) is not None
    ]
    if not judged:
        return sentence("trend_plain")
    name = "trend_cumulative" if view.indicator.target_kind == "cumulative" else "trend_level"
    return sentence(f"{name}_all" if all(judged) else name, years=len(judged), met=sum(judged))


def _within_title(view: IndicatorView) -> Pair | None:
    row = next((row for row in reversed(list(view.within)) if row.value is not None), None)
    if row is None or view.within_year is None:
        return None
    if row.expected is not None:
        gap, name = row.value - row.expected, "within_path"
    elif row.year_before is not None:
        gap, name = row.value - row.year_before, "within_before"
    else:
        return sentence("within_plain", year=view.within_year, month=row.month)
    unit = view.indicator.unit
    size = (
        sentence("percentage_points", figure=number(abs(gap), unit))
        if unit == "%"
        else counted_in(number(abs(gap), unit), unit)
    )
    if not float(number(abs(gap), unit).replace(",", "")):
        return sentence(f"{name}_exact", year=view.within_year, month=row.month)
    return sentence(
        name, year=view.within_year, month=row.month, side=sentence("above" if gap > 0 else "below"), gap=size
    )


def _parts_title(view: IndicatorView) -> Pair | None:
    rows = [row for row in view.parts or () if row.value is not None]
    if not rows:
        return None
    if view.indicator.measure_kind == "rate" and any(row.denominator for row in rows):
        shares = [row.value for row in rows]
        return sentence("parts_rate", low=f"{min(shares):.0f}%", high=f"{max(shares):.0f}%")
    most, least = max(rows, key=lambda row: row.value), min(rows, key=lambda row: row.value)
    return sentence("parts_flow", most=most.period_end.month, least=least.period_end.month)


def _parts_sub(view: IndicatorView) -> Pair:
    if view.indicator.measure_kind == "rate":
        return sentence("parts_rate_sub")
    return sentence("parts_flow_sub", unit=label("unit", view.indicator.unit))


def _forecast(view: IndicatorView) -> dict[str, Any]:
    if view.is_over:
        return {"line": sentence("forecast_over")}
    if not view.has_forecast_table or not view.forecast:
        return {"line": sentence("forecast_not_connected")}
    chart = drawing.forecast(view)
    last = list(view.forecast)[-1]
    unit = view.indicator.unit
    title = sentence("forecast_title", value=counted_in(number(last.forecast, unit), unit), year=last.horizon_end.year)
    evidence = data_table(f"{view.indicator.indicator_id}.forecast", view.forecast, title)
    chances = last.probability_of_target
    return {
        "title": title,
        "sub": sentence(
            "forecast_sub",
            method=label("forecast_method", last.method),
            chance=share(chances) if chances is not None else "–",
        ),
        "picture": drawing.picture(chart, title) if chart else None,
        "evidence": evidence,
    }
