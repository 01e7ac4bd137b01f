"""One indicator: indicator/<id>.html."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from markupsafe import Markup

from orchestration.report.pages import drawing
from orchestration.report.pages.page import Frame, data_table, figure, only_query, page, say, say_both, status_word, t
from orchestration.report.pages.tiles import class_of, classes, placed
from orchestration.report.points import headline, newest, points, target_figure
from orchestration.report.view.indicator import IndicatorView
from orchestration.report.view.source import Rows
from orchestration.report.words import (
    Figure,
    counted_in,
    decimals,
    indicator_name,
    label,
    listed,
    number,
    plain,
    region_name,
    sentence,
    share,
    signed,
    short,
    target_text,
)
from orchestration.text import Pair, words

NO_RANK = "–"


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
        **_ranking(view),
        **_counties(view),
        **_tables(view),
        before=(before.indicator_id, indicator_name(before.indicator_id, before.name)) if before else None,
        after=(after.indicator_id, indicator_name(after.indicator_id, after.name)) if after else None,
    )


def _facts(view: IndicatorView) -> list[dict[str, Any]]:
    one, indicator = view.standing, view.indicator
    row = next((row for row in view.years if row.value is not None), None)
    facts = []
    if row is not None:
        unit = indicator.unit
        value = Figure(number(row.value, unit), row.value, f"value/{row.series_id}/{row.period_end}")
        facts.append({"term": sentence("year", year=row.period_end.year), "value": t(counted_in(value, unit)), "note": None})
    if one.target is not None:
        sign = target_text(one.target, indicator.target_kind, indicator.direction, indicator.is_floor).removesuffix(
            short(one.target)
        )
        base = sentence("baseline", value=counted_in(short(indicator.baseline), indicator.unit)) if indicator.baseline else None
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
            "note": sentence("time_over") if view.is_over else sentence("time_elapsed", share=share(view.elapsed_share)),
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
        ("trend", drawing.trend(view), _trend_title(view), sentence("trend_sub", unit=label("unit", view.indicator.unit)), view.years),
        ("within", drawing.within(view), _within_title(view), sentence(f"within_sub_{view.basis}", unit=label("unit", view.indicator.unit)) if view.basis != "year" else None, view.within),
        ("parts", drawing.parts(view), _parts_title(view), _parts_sub(view), view.parts),
    ):  # fmt: skip
        if chart is not None and rows is not None and title is not None:
            drawn = drawing.picture(chart, title)
            found.append({"title": title, "sub": sub, "picture": drawn, "evidence": data_table(f"{ident}.{name}", rows, title)})
    return found


def _trend_title(view: IndicatorView) -> Pair:
    targets = {row.target_year: row.target for row in view.targets if row.target is not None}
    judged = [
        (row.value <= goal if view.indicator.direction == "lower" else row.value >= goal)
        for row in view.years
        if row.value is not None and (goal := targets.get(row.period_end.year)) is not None
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
    size = sentence("percentage_points", figure=number(abs(gap), unit)) if unit == "%" else counted_in(number(abs(gap), unit), unit)
    if not float(number(abs(gap), unit).replace(",", "")):
        return sentence(f"{name}_exact", year=view.within_year, month=row.month)
    return sentence(name, year=view.within_year, month=row.month, side=sentence("above" if gap > 0 else "below"), gap=size)


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
        "sub": sentence("forecast_sub", method=last.method, chance=share(chances) if chances is not None else "–"),
        "picture": drawing.picture(chart, title) if chart else None,
        "evidence": evidence,
    }


def _ranking(view: IndicatorView) -> dict[str, Any]:
    rows = list(view.ranking)
    if not rows:
        return {"periods": [], "evidence_ranking": None}
    years = sorted({row.year for row in rows}, reverse=True)
    unit = view.indicator.unit
    return {
        "periods": [
            {
                "year": year,
                "ranking_title": _ranking_title(view, those),
                "map_title": _map_title(view, those),
                **_scale(view, those),
                "rows": [_rank_row(view, row, _scale(view, those)) for row in those],
                "is_first": year == years[0],
                **_map(view, those),
            }
            for year in years
            for those in [[row for row in rows if row.year == year]]
        ],
        "ranking_sub": sentence("ranking_sub", unit=label("unit", unit)),
        "evidence_ranking": data_table(f"{view.indicator.indicator_id}.units", view.ranking, sentence("units")),
    }


def _sure(rows: list[SimpleNamespace]) -> list[SimpleNamespace]:
    return [row for row in rows if row.value is not None and not row.too_uncertain and not row.is_suppressed]


def _province_of(view: IndicatorView, year: int) -> float | None:
    return next((row.value for row in view.years if row.period_end.year == year), None)


def _ranking_title(view: IndicatorView, rows: list[SimpleNamespace]) -> Pair:
    sure = _sure(rows)
    province = _province_of(view, rows[0].year)
    if len(sure) < 2:
        return sentence("ranking_few")
    if view.indicator.unit == "%" and province is not None and any(row.low is not None for row in sure):
        apart = [row for row in sure if row.low is not None and not row.low <= province <= row.high]
        return sentence("ranking_apart", count=len(apart)) if apart else sentence("ranking_within")
    first, last = sure[0], sure[-1]
    unit = view.indicator.unit
    return sentence(
        "ranking_ends",
        first=region_name(first.region_code, view.regions[first.region_code].name),
        first_value=counted_in(number(first.value, unit), unit),
        last=region_name(last.region_code, view.regions[last.region_code].name),
        last_value=counted_in(number(last.value, unit), unit),
    )


def _scale(view: IndicatorView, rows: list[SimpleNamespace]) -> dict[str, Any]:
    """What the intervals are drawn on: the ends of the sure ones, and the target and the province where these are rates."""
    sure = _sure(rows)
    ends = [end for row in sure for end in (row.low, row.high, row.value) if end is not None]
    target, province = None, None
    if view.indicator.unit == "%":
        target, province = view.standing.target, _province_of(view, rows[0].year)
        ends += [one for one in (target, province) if one is not None]
    else:
        ends.append(0.0)
    low, high = (min(ends), max(ends)) if ends else (0.0, 1.0)
    margin = (high - low) * 0.04 or 1.0
    return {"low": low - margin if low else 0.0, "high": high + margin, "target": target, "province": province}


def _rank_row(view: IndicatorView, row: SimpleNamespace, scale: dict[str, Any]) -> dict[str, Any]:
    unit = view.indicator.unit
    wide = scale["high"] - scale["low"]

    def at(value: float | None) -> float | None:
        return None if value is None else round(max(0.0, min((value - scale["low"]) / wide, 1.0)), 4)

    hidden = row.is_suppressed or row.value is None
    state = "withheld" if row.is_suppressed else "not_delivered" if row.value is None else "too_uncertain" if row.too_uncertain else "shown"
    low, high = at(row.low), at(row.high)
    standing = next((one for one in view.by_unit if one.region_code == row.region_code), None)
    of_year = standing is not None and standing.period_end is not None and standing.period_end.year == row.year
    return {
        "region": row.region_code,
        "rank": row.rank if row.rank is not None else NO_RANK,
        "change": f"{row.rank_change:+d}".replace("-", "−") if row.rank_change else "",
        "name": region_name(row.region_code, view.regions[row.region_code].name),
        "state": state,
        "value": Figure(number(row.value, unit), row.value, f"value/{row.series_id}/{row.period_end}") if state == "shown" else t(label("state", state)),
        "low": low,
        "width": round(high - low, 4) if low is not None and high is not None else None,
        "at": None if hidden or state != "shown" else at(row.value),
        "target": at(scale["target"]),
        "province": at(scale["province"]),
        "interval": f"{number(row.low, unit)}–{number(row.high, unit)}" if row.low is not None and not hidden else "",
        "grade": row.grade or "",
        "provisional": row.maturity == "provisional",
        "status": standing.status if standing and of_year and standing.state == "shown" else "",
        "status_word": status_word(standing.status, view.is_over) if standing and of_year and standing.state == "shown" else None,
    }  # fmt: skip


def _map_title(view: IndicatorView, rows: list[SimpleNamespace]) -> Pair:
    sure, unit = _sure(rows), view.indicator.unit
    if not sure:
        return sentence("map_no_figure")
    values = [row.value for row in sure]
    left_out = [row.region_code for row in rows if row not in sure]
    span = {"low": counted_in(number(min(values), unit), unit), "high": counted_in(number(max(values), unit), unit)}
    if unit != "%":
        first = [region_name(row.region_code, view.regions[row.region_code].name) for row in sure[:3]]
        return sentence("map_first", names=listed(first))
    if 0 < len(left_out) <= 2:
        names = listed([region_name(code, view.regions[code].name) for code in left_out])
        return sentence("map_range_but", names=names, **span)
    return sentence("map_range", **span)


def _map(view: IndicatorView, rows: list[SimpleNamespace]) -> dict[str, Any]:
    unit = view.indicator.unit
    sure = _sure(rows)
    digits = min((decimals(unit, row.value) for row in sure), default=0)
    digits = min(digits, 1)
    bounds = classes([row.value for row in sure], digits)
    found = {row.region_code: row for row in rows}
    cells = []
    for code in (one.region_code for one in view.by_unit):
        row, name = found.get(code), t(region_name(code, view.regions[code].name))
        if row is not None and row in sure:
            shade = f"q{class_of(row.value, bounds, digits)}"
            shown: Any = f"{row.value:,.{digits}f}"
        else:
            state = "withheld" if row and row.is_suppressed else "too_uncertain" if row and row.too_uncertain else "not_delivered"
            shade, shown = "hatch bordered" if state != "not_delivered" else "hatch", t(label("state", state))
        cells.append(placed(code, kind=shade, href=f"#region={code}", name=name, figure=shown))
    keys = [
        {
            "kind": f"q{class_of(bound, bounds, digits)}",
            "word": sentence("class_from", low=f"{bound:,.{digits}f}")
            if at + 1 == len(bounds)
            else sentence("class_between", low=f"{bound:,.{digits}f}", high=f"{bounds[at + 1]:,.{digits}f}"),
        }
        for at, bound in enumerate(bounds)
    ]  # fmt: skip
    return {
        "tiles": sorted(cells, key=lambda cell: (cell["row"], cell["column"])),
        "keys": keys,
        "has_hatch": len(sure) < len(cells),
        "label": say_both("map_label"),
    }


def _counties(view: IndicatorView) -> dict[str, Any]:
    rows = list(view.counties)
    unit = view.indicator.unit
    if not any(row.value is not None or row.is_suppressed for row in rows):
        return {"counties": [], "counties_line": sentence("counties_none"), "evidence_counties": None}
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        state = "withheld" if row.is_suppressed else "not_delivered" if row.value is None else "too_uncertain" if row.too_uncertain else "shown"
        shown = state == "shown"
        groups.setdefault(row.unit_code, []).append(
            {
                "name": view.regions[row.region_code].name,
                "state": state,
                "value": figure("county", row.value, unit, view.indicator.indicator_id, row.region_code, row.period_end) if shown else t(label("state", state)),
                "parts": f"{row.numerator:,.0f} / {row.denominator:,.0f}" if shown and row.denominator else "",
                "grade": row.grade or "" if shown else "",
                "provisional": row.maturity == "provisional" and shown,
            }
        )  # fmt: skip
    return {
        "counties": [
            {"code": code, "name": region_name(code, view.regions[code].name), "rows": those} for code, those in groups.items()
        ],
        "counties_line": sentence("counties_sub", year=max(row.period_end.year for row in rows if row.period_end), unit=label("unit", unit)),
        "counties_have_parts": any(one["parts"] for those in groups.values() for one in those),
        "evidence_counties": only_query(f"{view.indicator.indicator_id}.counties", view.counties),
    }  # fmt: skip


def _tables(view: IndicatorView) -> dict[str, Any]:
    ident, unit, definition = view.indicator.indicator_id, view.indicator.unit, view.definition
    versions = sorted({row.definition_version for row in view.versions})
    by_year: dict[int, dict[int, float | None]] = {}
    for row in view.versions:
        by_year.setdefault(row.period_end.year, {})[row.definition_version] = row.value
    in_force = next((row.definition_version for row in view.formula if row.is_in_force), None)
    newest_year = max(by_year, default=None)
    versions_title = sentence("versions_one")
    if len(versions) > 1 and newest_year is not None:
        values = by_year[newest_year]
        others = [values[one] for one in versions if one != in_force and values.get(one) is not None]
        if others and values.get(in_force) is not None:
            versions_title = sentence(
                "versions_title",
                other=listed([counted_in(number(one, unit), unit) for one in others]),
                own=counted_in(number(values[in_force], unit), unit),
                year=newest_year,
            )
    return {
        "growth": [
            {
                "year": row.period_end.year,
                "value": number(row.value, unit) if row.value is not None else "–",
                "change": _change(view, row),
                "grade": row.quality_grade or "",
                "is_break": bool(row.break_flag),
            }
            for row in view.growth
        ],
        "evidence_growth": only_query(f"{ident}.growth", view.growth),
        "versions_title": versions_title,
        "versions": versions,
        "in_force": in_force,
        "version_rows": [
            {"year": year, "values": [number(values[one], unit) if values.get(one) is not None else "–" for one in versions]}
            for year, values in by_year.items()
        ],
        "formulas": [
            {
                "version": row.definition_version,
                "words": (row.formula_zh, row.formula_en),
                "is_in_force": row.is_in_force,
                "sql": row.sql,
            }
            for row in view.formula
        ],
        "evidence_versions": only_query(f"{ident}.versions", view.versions),
        "doubts": [
            {"rule": (row.name_zh, row.name_en), "doubts": f"{row.doubts:,}", "examined": f"{row.examined:,}"} for row in view.doubts
        ],
        "evidence_doubts": only_query(f"{ident}.doubts", view.doubts),
        "revisions": _revisions(view.revisions, unit),
        "is_first_release": view.is_first_release,
        "evidence_revisions": only_query(f"{ident}.vintages", view.revisions),
        "sources": ", ".join(definition.source_extracts),
        "series_number": definition.series_number or "",
        "is_person_based": definition.is_person_based,
        "quality": [_quality_row(row, unit) for row in view.quality],
        "evidence_quality": only_query(f"{ident}.quality", view.quality),
    }  # fmt: skip


def _change(view: IndicatorView, row: SimpleNamespace) -> Any:
    if row.change_yoy is None:
        return "–"
    if row.change_yoy_pct is not None:
        return f"{'+' if row.change_yoy_pct > 0 else '−' if row.change_yoy_pct < 0 else ''}{abs(row.change_yoy_pct):.1f}%"
    figure = signed(row.change_yoy, view.indicator.unit)
    return t(sentence("percentage_points", figure=figure)) if view.indicator.unit == "%" else figure


def _revisions(rows: Rows, unit: str) -> list[dict[str, Any]]:
    return [
        {
            "period": plain(label_of_period(row.period_type, row.period_end)),
            "value": row.value_text or (number(row.value, unit) if row.value is not None else "–"),
            "releases": f"{row.first_release_id} – {row.last_release_id}",
        }
        for row in rows
    ]


def label_of_period(period_type: str, period_end: Any) -> Pair:
    """A period by its kind and last day."""
    kind = words("labels.period_type")[period_type]
    return sentence("period", kind=kind, year=period_end.year, month=period_end.month)


def _quality_row(row: SimpleNamespace, unit: str) -> dict[str, Any]:
    def percent(value: float | None) -> str:
        return "–" if value is None else f"{100 * value:.1f}%"

    return {
        "year": row.year,
        "late": "–" if row.median_days_late is None else f"{row.median_days_late:.0f}",
        "provisional": percent(row.share_provisional),
        "revision": "–" if row.mean_absolute_revision is None else number(row.mean_absolute_revision, unit),
        "estimates": percent(row.share_estimates),
        "cv": percent(row.median_cv),
        "reconciled": percent(row.share_reconciled),
    }


__all__ = ["indicator_page", "newest", "say"]
