"""The block on pay."""

from __future__ import annotations

from typing import Any

from orchestration.report.pages.page import only_query
from orchestration.report.view.source import PROVINCE
from orchestration.report.view.wages import WageView
from orchestration.report.words import Figure, label, region_name, sentence, signed, unless
from orchestration.text import Pair

LEVELS = ("p10", "p25", "p50", "p75", "p90")


def wage_block(view: WageView) -> dict[str, Any]:
    """What the template shows: levels of pay by unit with the share below the minimum, then the province's by section
    of industry and by grade of post."""
    units, classes = list(view.units), list(view.classes)
    return {
        "title": _title(view, units[0]),
        "year": _year(units[0]),
        "units": [
            {
                "name": region_name(row.region_code, view.regions[row.region_code].name),
                "provisional": row.maturity == "provisional",
                "withheld": row.is_suppressed,
                **{name: _yuan(name, getattr(row, name), _everybody(row)) for name in ("p10", "p50", "p90", "mean")},
                "yoy": _points("wage_yoy", row.yoy, _everybody(row), is_change=True),
                "below": _points("wage_below_minimum", row.share_below_minimum, f"{row.region_code}/{row.period_end}"),
                "persons": _count("wage_persons", row.n_persons, _everybody(row)),
            }
            for row in units
        ],
        "evidence_units": only_query("wages.units", view.units),
        "levels": [label("wage_level", name) for name in LEVELS],
        "dimensions": [
            {
                "name": sentence(f"wage_by_{dimension}"),
                "rows": [_class_row(row) for row in classes if row.dimension == dimension],
            }
            for dimension in dict.fromkeys(row.dimension for row in classes)
        ],
        "evidence_classes": only_query("wages.classes", view.classes) if classes else None,
    }


def _title(view: WageView, whole: Any) -> Pair:
    if whole.region_code != PROVINCE or whole.p50 is None:
        return sentence("wage_heading")
    median = _yuan("p50", whole.p50, _everybody(whole))
    return sentence("wage_title", year=_year(whole), median=median, unconfirmed=unless(view.is_confirmed))


def _class_row(row: Any) -> dict[str, Any]:
    key = f"{PROVINCE}/{row.dimension}/{row.class_code}/{row.period_end}"
    return {
        "name": label(f"wage_{row.dimension}", row.class_code, (row.class_code, row.class_code)),
        "is_part": row.dimension == "post_grade" and len(row.class_code) > 1,
        "withheld": row.is_suppressed,
        "levels": [_yuan(name, getattr(row, name), key) for name in LEVELS],
        "persons": _count("wage_persons", row.n_persons, key),
    }


def _everybody(row: Any) -> str:
    return f"{row.region_code}/all/*/{row.period_end}"


def _year(row: Any) -> str:
    return str(row.period_end.year)


def _yuan(name: str, value: float | None, key: str) -> Any:
    return "–" if value is None else Figure(f"{value:,.0f}", value, f"wage_{name}/{key}")


def _count(measure: str, value: int | None, key: str) -> Any:
    return "–" if value is None else Figure(f"{value:,}", value, f"{measure}/{key}")


def _points(measure: str, value: float | None, key: str, *, is_change: bool = False) -> Any:
    if value is None:
        return "–"
    return Figure(signed(value) if is_change else f"{value:.1f}", value, f"{measure}/{key}")
