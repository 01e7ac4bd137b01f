"""The parts of an indicator's page that compare regions: the ranking of units with their intervals, the tile map, the
counties."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from orchestration.report.pages.page import data_table, figure, only_query, say_both, status_word, t
from orchestration.report.pages.tiles import class_of, classes, placed
from orchestration.report.view.indicator import IndicatorView
from orchestration.report.view.standing import state_of
from orchestration.report.words import (
    Figure,
    counted_in,
    counted_once,
    decimals,
    label,
    listed,
    number,
    region_name,
    sentence,
    unless,
)
from orchestration.text import Pair

NO_RANK = "–"


def ranking(view: IndicatorView) -> dict[str, Any]:
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
        "ranking_sub": sentence("ranking_sub", unit=label("unit", unit), unconfirmed=unless(view.are_grades_confirmed)),
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
        last_value=counted_once(number(last.value, unit), unit),
    )


def _scale(view: IndicatorView, rows: list[SimpleNamespace]) -> dict[str, Any]:
    """What the intervals are drawn on: the ends of the sure ones; of rates, the target and the province too."""
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

    hidden = row.is_suppressed or row.low is None
    state = state_of(row)
    low, high = at(row.low), at(row.high)
    standing = next((one for one in view.by_unit if one.region_code == row.region_code), None)
    of_year = standing is not None and standing.period_end is not None and standing.period_end.year == row.year
    return {
        "region": row.region_code,
        "rank": row.rank if row.rank is not None else NO_RANK,
        "change": f"{row.rank_change:+d}".replace("-", "−") if row.rank_change else "",
        "name": region_name(row.region_code, view.regions[row.region_code].name),
        "state": state,
        "value": Figure(number(row.value, unit), row.value, f"value/{row.series_id}/{row.period_end}")
        if state == "shown"
        else t(label("state", state)),
        "low": low,
        "width": round(high - low, 4) if low is not None and high is not None else None,
        "at": at(row.value) if state == "shown" else None,
        "target": at(scale["target"]),
        "province": at(scale["province"]),
        "interval": f"{number(row.low, unit)}–{number(row.high, unit)}" if not hidden else "",
        "grade": row.grade or "",
        "provisional": row.maturity == "provisional",
        "status": standing.status if standing and of_year and standing.state == "shown" else "",
        "status_word": status_word(standing.status, view.is_over)
        if standing and of_year and standing.state == "shown"
        else None,
    }


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
    digits = min(digits, 1 if max((row.value for row in sure), default=0.0) >= 10 else 2)
    bounds = classes([row.value for row in sure], digits)
    found = {row.region_code: row for row in rows}
    cells = []
    for code in (one.region_code for one in view.by_unit):
        row, name = found.get(code), t(region_name(code, view.regions[code].name))
        if row is not None and row in sure:
            shade = f"q{class_of(row.value, bounds, digits)}"
            shown: Any = f"{row.value:,.{digits}f}"
        else:
            state = state_of(row) if row is not None else "not_delivered"
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
    ]
    return {
        "tiles": sorted(cells, key=lambda cell: (cell["row"], cell["column"])),
        "keys": keys,
        "has_hatch": len(sure) < len(cells),
        "label": say_both("map_label"),
    }


def counties(view: IndicatorView) -> dict[str, Any]:
    rows = list(view.counties)
    unit = view.indicator.unit
    if all(state_of(row) == "not_delivered" for row in rows):
        return {"counties": [], "counties_line": sentence("counties_none"), "evidence_counties": None}
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        state = state_of(row)
        shown = state == "shown"
        groups.setdefault(row.unit_code, []).append(
            {
                "name": view.regions[row.region_code].name,
                "state": state,
                "value": figure("county", row.value, unit, view.indicator.indicator_id, row.region_code, row.period_end)
                if shown
                else t(label("state", state)),
                "parts": f"{row.numerator:,.0f} / {row.denominator:,.0f}" if shown and row.denominator else "",
                "grade": row.grade or "" if shown else "",
                "provisional": row.maturity == "provisional" and shown,
            }
        )
    return {
        "counties": [
            {"code": code, "name": region_name(code, view.regions[code].name), "rows": those}
            for code, those in groups.items()
        ],
        "counties_line": sentence(
            "counties_sub", year=max(row.period_end.year for row in rows if row.period_end), unit=label("unit", unit)
        ),
        "counties_have_parts": any(one["parts"] for those in groups.values() for one in those),
        "evidence_counties": only_query(f"{view.indicator.indicator_id}.counties", view.counties),
    }
