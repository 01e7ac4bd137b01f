"""The block on the levels of pensions."""

from __future__ import annotations

from typing import Any

from orchestration.report.pages.page import only_query
from orchestration.report.view.pensions import PensionView
from orchestration.report.view.source import PROVINCE
from orchestration.report.words import Figure, region_name, sentence, signed
from orchestration.text import Pair

MEASURES = ("employee_pension", "resident_base_pension")


def pension_block(view: PensionView) -> dict[str, Any]:
    """What the template shows: both pensions of the province and of each unit, with their growth, the adjustment and
    its share of the rise. The province has a row even where nobody stated its own figure."""
    rows = list(view.levels)
    found = {(row.region_code, row.measure): row for row in rows}
    codes = dict.fromkeys((PROVINCE, *(row.region_code for row in rows)))
    return {
        "title": _title(found),
        "year": str(rows[0].period_end.year) if rows else "",
        "rows": [
            {
                "name": region_name(code, view.regions[code].name),
                "provisional": any(row.maturity == "provisional" for row in rows if row.region_code == code),
                "cells": [cell for measure in MEASURES for cell in _cells(found.get((code, measure)))],
            }
            for code in codes
        ],
        "evidence": only_query("pensions.levels", view.levels),
    }


def _title(found: dict[tuple[str, str], Any]) -> Pair:
    whole = found.get((PROVINCE, "employee_pension"))
    if whole is None or whole.value is None:
        return sentence("pension_heading")
    return sentence("pension_title", year=str(whole.period_end.year), level=_yuan("pension_level", whole.value, whole))


def _cells(row: Any) -> list[Any]:
    if row is None:
        return ["–"] * 4
    key = f"{row.measure}/{row.region_code}/{row.period_end}"
    growth, share = row.change_yoy_pct, row.adjustment_share
    return [
        _yuan("pension_level", row.value, row),
        "–" if growth is None else Figure(signed(growth), growth, f"pension_growth/{key}"),
        _yuan("pension_adjustment", row.adjustment, row),
        "–" if share is None else Figure(f"{share:.0f}", share, f"pension_adjustment_share/{key}"),
    ]


def _yuan(name: str, value: float | None, row: Any) -> Any:
    key = f"{row.measure}/{row.region_code}/{row.period_end}"
    return "–" if value is None else Figure(f"{value:,.1f}", value, f"{name}/{key}")
